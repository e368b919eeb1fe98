class Plugin:
    pass
# warning: {path}: the class Plugin has no hook of Racetrack's
