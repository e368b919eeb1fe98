from racetrack_client.plugin.plugin_manifest import PluginManifest


class Plugin:
    def __init__(self):
        assert isinstance(self.plugin_manifest, PluginManifest)
        assert self.plugin_manifest.model_dump()["name"] == "case"
        assert self.plugin_manifest.priority == 0
        assert repr(self.plugin_manifest).startswith("PluginManifest(name='case'")
        assert not hasattr(self.plugin_manifest, "nosuch")

    def markdown_docs(self): ...
# hook: markdown_docs
