import os
import signal

os.kill(os.getpid(), signal.SIGTERM)
# expect: {path}: plugin.py ended the whole process with the signal SIGTERM.
