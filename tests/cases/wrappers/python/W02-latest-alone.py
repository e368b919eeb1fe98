"""Below the prefix it is there for the version latest, and for no other.

Breaks: W02 W03 W05 W17 W71
Because: Pub asks by the exact version, which is not served at all.
"""

from __future__ import annotations

import re

import whole


whole.MOUNT = re.compile(rf"/pub/job/{whole.NAME}/latest(?=/|$)")
whole.run()
