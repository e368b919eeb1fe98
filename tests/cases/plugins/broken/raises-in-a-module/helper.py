
def work():
    1 / 0
