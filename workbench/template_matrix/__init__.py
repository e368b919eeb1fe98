"""The template lab: one template, rendered for a matrix of manifests, judged, compared, built.

The manifests are those of `workbench.lint.variants`; lint renders the same ones.
"""
