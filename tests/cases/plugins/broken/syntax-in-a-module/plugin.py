import helper
# expect: {folder}/helper.py:2: not Python: '(' was never closed.
