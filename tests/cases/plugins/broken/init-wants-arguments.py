class Plugin:
    """A class."""

    def __init__(self, config):
        self.config = config
# expect: {path}:4: Plugin() raised TypeError: Plugin.__init__() missing 1 required positional argument: 'config'.
# remedy: Racetrack calls Plugin() without arguments
