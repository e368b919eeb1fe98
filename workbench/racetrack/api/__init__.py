"""Lifecycle's routes, by what they are about. Each file has an `add(app)`."""
