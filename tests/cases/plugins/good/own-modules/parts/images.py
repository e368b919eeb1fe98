def image(path):
    return {"dockerfile_path": path}
