class Plugin:
    def job_types(self):
        version = self.plugin_manifest.version
        return {f"small:{version}": (self.plugin_dir / "base.Dockerfile", self.plugin_dir / "job.Dockerfile")}
