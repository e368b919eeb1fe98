"""The jobs that run: each an instance of an image; started, watched, started again, stopped."""
