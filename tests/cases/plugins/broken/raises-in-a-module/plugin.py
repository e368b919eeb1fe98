import helper

helper.work()
# expect: {folder}/helper.py:3: plugin.py raised ZeroDivisionError: division by zero.
# log:   File "{path}", line 3, in <module>
# log:     helper.work()
