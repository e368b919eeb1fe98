print("working")
while True: pass  # on one line: which of two it is stopped in is chance
# timeout: 0.5
# expect: {path}:2: plugin.py did not end within 0.5 s, and was stopped.
# log: working
# remedy: or give load_plugin a longer timeout
