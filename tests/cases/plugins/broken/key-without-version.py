class Plugin:
    def job_types(self):
        return {"golang": "job-template.Dockerfile"}
# expect: {path}:2: job_types() has the key 'golang', which is not of the form `name:version`, with one colon.
# remedy: write f"golang:{self.plugin_manifest.version}"
