raise KeyboardInterrupt
# expect: {path}:1: plugin.py raised KeyboardInterrupt.
