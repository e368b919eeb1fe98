class Plugin
    pass
# expect: {path}:1: not Python: expected ':'.
