print("working")
while True:
    pass
# timeout: 0.5
# expect: {path}:2: plugin.py did not end within 0.5 s, and was stopped.
# log: working
# remedy: or give load_plugin a longer timeout
