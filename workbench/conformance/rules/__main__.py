"""`python -m workbench.conformance.rules` prints docs/rules.md."""

from __future__ import annotations

import sys

from workbench.conformance.rules import RULES
from workbench.conformance.rules.page import rules_page

sys.stdout.write(rules_page(RULES))
