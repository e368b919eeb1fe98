import os

print("going")


class Plugin:
    def job_types(self):
        os._exit(5)
# expect: {path}: job_types() ended the whole process with exit code 5.
# log: going
# remedy: in a server it would have ended Racetrack itself
