def Plugin():
    return None
# expect: {path}: Plugin is a value of the type function, not a class.
