class Plugin:
    def job_types(self):
        return {"golang-1.2.3": {"images": []}}
# expect: {path}:2: job_types() has the key 'golang-1.2.3', which is not of the form `name:version`, with one colon.
# remedy: write f"golang:{self.plugin_manifest.version}"
