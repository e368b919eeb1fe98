class Plugin:
    def job_types(self):
        return {"golang:1.0.0": "job-template.Dockerfile"}
# job-type: golang:1.0.0
# hook: job_types
# warning: {folder}/plugin-manifest.yaml: components leave out lifecycle, which need to know the job types
