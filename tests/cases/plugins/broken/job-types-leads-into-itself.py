class Plugin:
    def job_types(self):
        images = {}
        images["images"] = [images]
        return {"golang:1.0.0": images}
# expect: {path}:2: job_types() gives 'golang:1.0.0' an image without a dockerfile_path.
