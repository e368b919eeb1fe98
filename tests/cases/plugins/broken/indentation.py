class Plugin:
    def job_types(self):
    return {}
# expect: {path}:3: not Python: expected an indented block after function definition on line 2.
