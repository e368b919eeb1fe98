class Plugin:
    def __init__(self):
        raise RuntimeError("boom")
# expect: {path}:3: Plugin() raised RuntimeError: boom.
