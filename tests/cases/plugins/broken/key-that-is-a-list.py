class Plugin:
    def job_types(self):
        return {("golang", frozenset()): "job-template.Dockerfile"}
# expect: {path}:2: job_types() has the key a tuple, not text.
