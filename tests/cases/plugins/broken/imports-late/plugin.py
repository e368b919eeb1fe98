class Plugin:
    def job_types(self):
        import helper

        return helper.job_types()
# expect: {path}:3: job_types() raised ModuleNotFoundError: No module named 'helper'.
# remedy: import the plugin's own modules at the top of plugin.py
