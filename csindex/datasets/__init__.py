"""Published moments, and loaders for respondent files that a user has downloaded."""

from csindex.datasets.published import acsi2015, ecsi_mobile
from csindex.datasets.respondents import read_acsi2015

__all__ = ["acsi2015", "ecsi_mobile", "read_acsi2015"]
