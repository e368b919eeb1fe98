"""It takes NaN for a number, as Python's json does by itself.

Breaks: W40
"""

from __future__ import annotations

import whole


whole.no_number = float  # type: ignore[assignment]
whole.run()
