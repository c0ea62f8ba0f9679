"""The figures of other programs, as the extract_*.py beside them wrote them."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def stored(name: str) -> dict[str, Any]:
    """Return a file of figures: of a program, as "csem/groups", or of several programs, as "figures/quality"."""
    path = Path(__file__).parent / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
