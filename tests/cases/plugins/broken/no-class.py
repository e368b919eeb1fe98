def job_types():
    return {}
# expect: {path}: there is no class named Plugin.
# remedy: write `class Plugin:`
