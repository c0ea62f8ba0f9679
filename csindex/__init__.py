"""Customer-satisfaction-index models: index scores and driver weights, each with its uncertainty.

>>> import csindex as csi
>>> print(csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=500).summary())  # doctest: +ELLIPSIS
American Customer Satisfaction Index...
"""

import lazy_loader

from csindex.version import __version__ as __version__

# The public names stand in __init__.pyi; each is imported when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
