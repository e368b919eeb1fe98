class Plugin:
    def job_types(self):
        return {"golang:1.0.0": "job-template.Dockerfile"}
# job-type: golang:1.0.0
# hook: job_types
# warning: {folder}/requirements.txt: Racetrack installs what it lists on every load; the workbench does not
