"""A first index, from real figures that come with the package.

What to see: the headline (Satisfaction of bank customers, 0-100, with a 95% interval), the index of every construct,
the driver weights (how many points of Satisfaction go with five more points on a driver), the paths behind them, and
how all of it was computed. The figures are means, standard deviations and correlations of 2,263 bank customers (ACSI
sample of 2015; Morgeson, Hult, Sharma & Fornell 2023). As there are no rows, replicates are those of normal samples: the
intervals of the index are right, those of driver weights and paths somewhat narrow (docs/moments.md).
"""

import csindex as csi

result = csi.fit(csi.acsi(), csi.datasets.acsi2015("banks"), replicates=1000, seed=1)
print(result.summary())
