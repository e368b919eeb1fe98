class Plugin:
    def __init__(self):
        pass

    def job_types(self):
        return ["golang:1.0.0"]
# expect: {path}:5: job_types() returned a list, not a dict.
