import sys

print("nothing to see here")
sys.exit(3)
# expect: {path}:4: plugin.py ended with sys.exit(3).
# log: nothing to see here
# remedy: raise an exception
