import a_package_that_nobody_has
# expect: {path}:1: plugin.py raised ModuleNotFoundError: No module named 'a_package_that_nobody_has'.
# remedy: list the package in a requirements.txt
