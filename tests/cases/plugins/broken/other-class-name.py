class Helper:
    pass


class GolangPlugin:
    def job_types(self):
        return {}
# expect: {path}:5: there is no class named Plugin, only Helper, GolangPlugin.
# remedy: rename GolangPlugin to Plugin
