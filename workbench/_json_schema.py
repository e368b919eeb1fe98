"""Validating data against a JSON schema, without what makes that slow to begin with."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def validator(schema: str) -> Draft202012Validator:
    """A validator for a schema of draft 2020-12, given as JSON."""
    # Where it finds this package, which JupyterLab brings, jsonschema compiles a grammar of IRIs at
    # its import: seconds, for a format that no file here has. It does without where it is absent.
    absent = "rfc3987_syntax" not in sys.modules
    if absent:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        from jsonschema import Draft202012Validator
    finally:
        if absent:
            del sys.modules["rfc3987_syntax"]
    return Draft202012Validator(json.loads(schema))
