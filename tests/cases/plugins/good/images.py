class Plugin:
    def job_types(self):
        image = {"source": "jobtype", "dockerfile_path": "job-template.Dockerfile", "template": True}
        return {"golang:2.0.0": {"images": [image]}, "golang:1.0.0": {"images": [image, image]}}
# job-type: golang:2.0.0
# job-type: golang:1.0.0
# hook: job_types
