"""Deployments: what was sent becomes sources, an image, a running job; or an error that teaches."""
