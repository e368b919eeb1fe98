import a_package_that_nobody_has


class Plugin:
    pass
# expect: {path}:1: plugin.py raised ModuleNotFoundError: No module named 'a_package_that_nobody_has'.
# remedy: `python -m pip install -r {folder}/requirements.txt`
