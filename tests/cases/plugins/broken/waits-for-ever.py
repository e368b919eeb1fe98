import threading


class Plugin:
    def __init__(self):
        threading.Thread(target=self.wait, daemon=True).start()
        self.wait()

    def wait(self):
        threading.Event().wait()
# timeout: 0.5
# expect: {path}:10: Plugin() did not end within 0.5 s, and was stopped.
