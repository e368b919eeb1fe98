class Plugin:
    def job_types(self):
        yield "golang:1.0.0"
# expect: {path}:2: job_types() returned a value of the type generator, not a dict.
