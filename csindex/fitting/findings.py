"""What was found in looking at a survey, one row for each finding."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ("kind", "column", "rows", "first", "text")


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings that are being collected."""

    found: list[tuple[str, str, int | None, int | None, str]] = field(default_factory=list)
    korean: dict[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there are none."""
        return not self.found

    def add(self, kind: str, text: str, column: str = "", bad: NDArray[np.bool_] | None = None) -> None:
        """Add a finding about a column, or about the rows where `bad` is True."""
        places = np.flatnonzero(bad) if bad is not None else np.zeros(0, dtype=np.intp)
        first = int(places[0]) + 1 if len(places) else None
        self.found.append((kind, column, None if bad is None else len(places), first, text))

    def table(self) -> pd.DataFrame:
        """Return ``kind, column, rows, first, text``; rows and first are missing where a finding is about none."""
        table = pd.DataFrame(self.found, columns=list(COLUMNS))
        return table.astype({"kind": "str", "column": "str", "rows": "Int64", "first": "Int64", "text": "str"})
