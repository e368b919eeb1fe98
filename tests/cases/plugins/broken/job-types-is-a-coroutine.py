class Plugin:
    async def job_types(self):
        return {}
# expect: {path}:2: job_types() returned a value of the type coroutine, not a dict.
