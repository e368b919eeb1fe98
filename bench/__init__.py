"""Figures: repeatable measurements, side by side in one run on one machine.

`python -m bench` takes all of them, `python -m bench NAME` or `ONLY=NAME` one. Each gives rows
(`rows.py`), which are printed as a table and written to `bench/out/<name>.json`. What a goal holds
is a ratio to something that stands beside it, never a bare number of this machine.
"""
