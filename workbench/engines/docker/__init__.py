"""The Docker engine: jobs as images and containers."""
