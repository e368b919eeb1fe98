print("about to fail")
raise ValueError("boom")
# expect: {path}:2: plugin.py raised ValueError: boom.
# log: about to fail
# log:     raise ValueError("boom")
