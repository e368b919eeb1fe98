"""The names that Racetrack's documentation lets plugins import, in a form of the workbench's own.

A real server has a package of this name with much more in it; what is here is for annotations, and
for the values that hooks are given.
"""
