class Plugin:
    def job_types(self, docker_registry_prefix):
        return {}
# expect: {path}:2: job_types() raised TypeError: Plugin.job_types() missing 1 required positional argument: 'docker_registry_prefix'.
