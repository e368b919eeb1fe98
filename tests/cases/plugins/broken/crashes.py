import ctypes


class Plugin:
    def __init__(self):
        ctypes.string_at(0)
# expect: {path}:6: Plugin() ended the whole process with the signal SIGSEGV.
