class Plugin:
    def job_types(self):
        return {"golang:1.0.0": {"a", "b"}}
# expect: {path}:2: job_types() gives 'golang:1.0.0' a value of the type set, not a dict of images.
