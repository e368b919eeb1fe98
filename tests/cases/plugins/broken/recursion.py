class Plugin:
    def job_types(self):
        return self.job_types()
# expect: {path}:3: job_types() raised RecursionError: maximum recursion depth exceeded.
