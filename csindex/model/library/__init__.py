"""The ready-made models: one function each, which cites its source and says what of it is certain."""

from csindex.model.library.acsi import acsi
from csindex.model.library.ecsi import ecsi
from csindex.model.library.jcsi import jcsi
from csindex.model.library.korea import ncsi, pcsi
from csindex.model.library.nordic import ncsb, scsb
from csindex.model.library.others import ccsi, hkcsi, swics

__all__ = ["acsi", "ccsi", "ecsi", "hkcsi", "jcsi", "ncsb", "ncsi", "pcsi", "scsb", "swics"]
