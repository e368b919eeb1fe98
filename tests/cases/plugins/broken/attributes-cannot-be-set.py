class Plugin:
    plugin_dir = property(lambda self: None)

    def __init__(self):
        type(self).plugin_dir = property(lambda self: None)
# expect: {path}: Plugin() raised AttributeError: ...
