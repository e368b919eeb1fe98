class Plugin:
    def job_types(self):
        return {f"golang:{self.plugin_manifest.verison}": "job-template.Dockerfile"}
# expect: {path}:3: job_types() raised AttributeError: 'PluginManifest' object has no attribute 'verison'.
