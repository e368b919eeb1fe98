"""Working with a Racetrack, whether local or real, by the unmodified `racetrack` command."""
