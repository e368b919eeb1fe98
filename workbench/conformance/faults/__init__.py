"""The fault lab: the same faults for every wrapper, in the order of the table."""

from __future__ import annotations

from workbench.conformance.faults import (
    clients,
    ending,
    function,
    sizes,
    starting,
    surroundings,
)
from workbench.conformance.faults.vocabulary import Fault

# To add a fault: a function with `@fault` in the file of its group, and its name here. An id is
# never used for another meaning. `tests/conformance/test_faults.py` then wants the row of our own
# wrapper, and what that breaks where the wrapper is less careful.
FAULTS: tuple[Fault, ...] = (
    function.panics,
    function.panics_elsewhere,
    function.ends_the_process,
    function.loops,
    sizes.large_answer,
    sizes.large_request,
    clients.leaves_asking,
    clients.leaves_answered,
    clients.sends_slowly,
    clients.reads_slowly,
    clients.crowd,
    ending.told_to_end,
    ending.killed,
    surroundings.full_log,
    surroundings.timestamp_ahead,
    surroundings.timestamp_behind,
    starting.slow_start,
    starting.failed_start,
    surroundings.port_taken,
)
