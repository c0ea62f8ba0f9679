"""The models of the library by name."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from csindex.model.library.acsi import acsi
from csindex.model.library.ccsi import ccsi
from csindex.model.library.ecsi import ecsi
from csindex.model.library.hkcsi import hkcsi
from csindex.model.library.jcsi import jcsi
from csindex.model.library.ncsb import ncsb
from csindex.model.library.ncsi import ncsi
from csindex.model.library.pcsi import pcsi
from csindex.model.library.scsb import scsb
from csindex.model.library.swics import swics
from csindex.model.model import Model

LIBRARY: Mapping[str, Callable[..., Model]] = MappingProxyType(
    {
        "acsi": acsi,
        "acsi:split": partial(acsi, variant="split"),
        "acsi:government": partial(acsi, variant="government"),
        "ecsi": ecsi,
        "ecsi:master": partial(ecsi, version="master"),
        "ncsi": ncsi,
        "pcsi": pcsi,
        "pcsi:1": partial(pcsi, version=1),
        "pcsi:service": partial(pcsi, service_quality=True),
        "scsb": scsb,
        "ncsb": ncsb,
        "jcsi": jcsi,
        "swics": swics,
        "hkcsi": hkcsi,
        "ccsi": ccsi,
    }
)
"""From a name to the function of a model: that of the function itself, and those of its variants after a colon."""
