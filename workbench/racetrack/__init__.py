"""LocalRacetrack: a Racetrack for one person, on this machine.

An embedded stand-in that the unmodified `racetrack` command, a browser and `curl` take for the real
one: plugins are installed, jobs are built and run, and called through PUB. Where it differs from a
real server on purpose, it says so; `docs/racetrack.md` lists that.
"""
