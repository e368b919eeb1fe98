class Plugin:
    job_types = {"golang:1.0.0": "job-template.Dockerfile"}
# expect: {path}: job_types() raised TypeError: 'dict' object is not callable.
