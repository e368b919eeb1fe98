name = input("job type? ")
# expect: {path}:1: plugin.py raised EOFError: EOF when reading a line.
# remedy: a server gives a plugin no input
