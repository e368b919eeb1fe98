PATH = "job-template.Dockerfile"
