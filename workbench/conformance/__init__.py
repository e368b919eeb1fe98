"""The wrapper rules of Racetrack, as named checks that anybody can run against any wrapper."""
