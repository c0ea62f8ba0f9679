"""Printed tables, as text so that the number of digits is kept, and readers of them.

Columns A, B and "path" of the mobile tables are centred items by the centroid scheme (Tenenhaus, Esposito Vinzi, Chatelin
& Lauro 2005), standardized items by the centroid scheme, and standardized items by the path scheme. All tables were computed
once from the respondents' rows without csindex, except those of the vignette of semPLS, which were read there.
"""

import re

import pandas as pd

MOBILE_PATHS = """
                            | A     | B     | path
Image -> Expectation        | .4931 | .5047 | .5049
Image -> Satisfaction       | .1527 | .1788 | .1787
Image -> Loyalty            | .2123 | .1954 | .1958
Expectation -> Quality      | .5451 | .5572 | .5567
Expectation -> Value        | .0659 | .0508 | .0500
Expectation -> Satisfaction | .0371 | .0644 | .0625
Quality -> Value            | .5403 | .5572 | .5583
Quality -> Satisfaction     | .5444 | .5125 | .5120
Value -> Satisfaction       | .1997 | .1918 | .1948
Satisfaction -> Complaints  | .5400 | .5261 | .5281
Satisfaction -> Loyalty     | .4655 | .4835 | .4855
Complaints -> Loyalty       | .0500 | .0712 | .0669
"""

MOBILE_R2 = """
             | A     | B     | path
Expectation  | .2431 | .2547 | .2549
Quality      | .2971 | .3105 | .3100
Value        | .3351 | .3446 | .3453
Satisfaction | .6717 | .6803 | .6811
Complaints   | .2916 | .2768 | .2789
Loyalty      | .4318 | .4573 | .4569
"""

# Communality: mean squared loading of the items in blocks of more than one, and of all items.
MOBILE_MEANS = """
                        | A     | B     | path
mean R2                 | .3784 | .3874 | .3878
communality             | .5702 | .5738 | .5738
communality, all blocks | .5881 | .5916 | .5916
GoF                     | .4645 | .4715 | .4718
"""

MOBILE_INDEX = """
             | A     | B     | path
Image        | 72.68 | 73.52 | 73.53
Expectation  | 72.32 | 72.47 | 72.47
Quality      | 74.58 | 74.99 | 74.98
Value        | 61.58 | 62.30 | 62.35
Satisfaction | 71.25 | 72.54 | 72.45
Complaints   | 67.42 | 67.42 | 67.42
Loyalty      | 69.29 | 70.61 | 70.91
"""

MOBILE_INDEX_WEIGHTS = """
      | A     | B
IMAG1 | .1990 | .2137
IMAG2 | .1738 | .1895
IMAG3 | .1873 | .1257
IMAG4 | .2423 | .2169
IMAG5 | .1975 | .2543
CUEX1 | .3263 | .4043
CUEX2 | .3169 | .3274
CUEX3 | .3569 | .2683
PERQ1 | .1397 | .1891
PERQ2 | .1214 | .0954
PERQ3 | .1673 | .1377
PERQ4 | .1343 | .1357
PERQ5 | .1193 | .1565
PERQ6 | .1351 | .1393
PERQ7 | .1829 | .1463
PERV1 | .4914 | .4068
PERV2 | .5086 | .5932
CUSA1 | .2424 | .3948
CUSA2 | .3540 | .2791
CUSA3 | .4036 | .3260
CUSL1 | .3932 | .3303
CUSL2 | .1294 | .0902
CUSL3 | .4774 | .5795
"""

MOBILE_LOADINGS = """
      | B
IMAG1 | .7434
IMAG2 | .6007
IMAG3 | .5776
IMAG4 | .7684
IMAG5 | .7445
CUEX1 | .7715
CUEX2 | .6866
CUEX3 | .6118
PERQ1 | .8033
PERQ2 | .6374
PERQ3 | .7835
PERQ4 | .7691
PERQ5 | .7558
PERQ6 | .7752
PERQ7 | .7794
PERV1 | .9043
PERV2 | .9379
CUSA1 | .7990
CUSA2 | .8462
CUSA3 | .8519
CUSL1 | .8138
CUSL2 | .2191
CUSL3 | .9168
"""

MOBILE_DEVIATIONS = """
             | A
Image        | 13.77
Expectation  | 14.15
Quality      | 14.26
Value        | 20.60
Satisfaction | 15.35
Complaints   | 25.27
Loyalty      | 21.27
"""

# Dillon-Goldstein's rho, from the loadings.
MOBILE_RHO = """
             | A
Image        | .8178
Expectation  | .7272
Quality      | .9037
Value        | .9186
Satisfaction | .8647
Loyalty      | .7347
"""

MOBILE_CORRELATIONS = """
                            | A
Expectation ~~ Image        | .4931
Quality ~~ Image            | .7313
Value ~~ Image              | .5082
Satisfaction ~~ Image       | .6706
Complaints ~~ Image         | .4688
Loyalty ~~ Image            | .5478
Quality ~~ Expectation      | .5451
Value ~~ Expectation        | .3604
Satisfaction ~~ Expectation | .4811
Complaints ~~ Expectation   | .2503
Loyalty ~~ Expectation      | .3662
Value ~~ Quality            | .5762
Satisfaction ~~ Quality     | .7914
Complaints ~~ Quality       | .5369
Loyalty ~~ Quality          | .5239
Satisfaction ~~ Value       | .6044
Complaints ~~ Value         | .3482
Loyalty ~~ Value            | .5171
Complaints ~~ Satisfaction  | .5400
Loyalty ~~ Satisfaction     | .6348
Loyalty ~~ Complaints       | .4009
"""

# Regressions of the indices on 0-100.
MOBILE_SLOPES = """
                            | A
Image -> Expectation        | .5069
Expectation -> Quality      | .5490
Expectation -> Value        | .0959
Quality -> Value            | .7807
Image -> Satisfaction       | .1702
Expectation -> Satisfaction | .0402
Quality -> Satisfaction     | .5860
Value -> Satisfaction       | .1488
Satisfaction -> Complaints  | .8893
Image -> Loyalty            | .3279
Satisfaction -> Loyalty     | .6451
Complaints -> Loyalty       | .0421
"""

# Vignette of semPLS.
MOBILE_VIGNETTE = """
                            | B
Image -> Expectation        | .505
Image -> Satisfaction       | .179
Image -> Loyalty            | .195
Expectation -> Quality      | .557
Expectation -> Value        | .051
Expectation -> Satisfaction | .064
Quality -> Value            | .557
Quality -> Satisfaction     | .513
Value -> Satisfaction       | .192
Satisfaction -> Complaints  | .526
Satisfaction -> Loyalty     | .483
Complaints -> Loyalty       | .071
"""

MOBILE_TOTAL = """
                            | B
Image -> Satisfaction       | .390
Expectation -> Satisfaction | .419
Quality -> Satisfaction     | .619
Image -> Loyalty            | .399
"""

# Vignette of semPLS, 500 resamples.
MOBILE_STANDARD_ERRORS = """
                            | se
Image -> Expectation        | .0587
Expectation -> Quality      | .0535
Expectation -> Value        | .0846
Quality -> Value            | .0841
Image -> Satisfaction       | .0508
Expectation -> Satisfaction | .0483
Quality -> Satisfaction     | .0649
"""

# ACSI 2015: centroid scheme, standardized items, listwise, loyalty by repurchase only.
ACSI_PATHS = """
                             | processed food | airlines | internet providers | banks  | pooled
Expectations -> Quality      | .8013          | .7237    | .6347              | .6290  | .6812
Expectations -> Value        | .2246          | .2030    | .0209              | .0824  | .0626
Expectations -> Satisfaction | .1256          | .1035    | -.0127             | .0168  | .0239
Quality -> Value             | .4790          | .5732    | .8220              | .7170  | .7486
Quality -> Satisfaction      | .3940          | .4763    | .4084              | .5216  | .4548
Value -> Satisfaction        | .4151          | .4219    | .5798              | .4243  | .4948
Satisfaction -> Complaints   | -.0078         | -.1739   | -.4779             | -.2673 | -.3554
Satisfaction -> Loyalty      | .7104          | .7255    | .8761              | .8258  | .8180
Complaints -> Loyalty        | .0175          | -.0398   | -.0221             | -.0268 | -.0536
"""

ACSI_R2 = """
             | processed food | airlines | internet providers | banks | pooled
Quality      | .6421          | .5237    | .4029              | .3957 | .4641
Value        | .4523          | .5383    | .6980              | .5953 | .6282
Satisfaction | .7017          | .8304    | .8841              | .8114 | .8366
Complaints   | .0001          | .0303    | .2284              | .0715 | .1263
Loyalty      | .5047          | .5380    | .7866              | .6946 | .7031
"""

ACSI_INDEX = """
             | processed food | airlines | internet providers | banks | pooled
Expectations | 84.82          | 75.02    | 76.45              | 82.02 | 79.76
Quality      | 86.56          | 75.21    | 69.19              | 81.63 | 78.15
Value        | 80.82          | 71.27    | 61.53              | 77.77 | 72.85
Satisfaction | 79.54          | 69.30    | 61.38              | 75.60 | 71.29
Loyalty      | 85.38          | 76.38    | 62.77              | 79.56 | 75.78
"""

ACSI_INDEX_WEIGHTS = """
        | processed food | airlines | internet providers | banks | pooled
SATIS   | .458           | .409     | .348               | .393  | .3815
CONFIRM | .267           | .300     | .331               | .285  | .3070
IDEAL   | .275           | .291     | .321               | .323  | .3115
"""

# Index of satisfaction by equal weights; complaints in percent of the complete cases.
ACSI_EQUAL = """
             | processed food | airlines | internet providers | banks | pooled
Satisfaction | 78.34          | 68.53    | 61.29              | 75.18 | 70.91
"""
ACSI_COMPLAINTS = """
           | pooled
Complaints | 17.80
"""

# Total effects of one index point.
ACSI_TOTAL = """
                             | processed food | airlines | internet providers | banks | pooled
Expectations -> Satisfaction | .791           | .886     | .762               | .799  | .833
Quality -> Satisfaction      | .674           | .775     | .974               | .973  | .921
Value -> Satisfaction        | .412           | .413     | .573               | .410  | .482
"""

# What goes with five index points.
ACSI_IMPACTS = """
                        | processed food | airlines | internet providers | banks | pooled
Quality -> Satisfaction | 3.37           | 3.88     | 4.87               | 4.87  | 4.61
Satisfaction -> Loyalty | 3.94           | 4.22     | 5.11               | 5.14  | 4.92
"""

# Respondents are needed for these: the weights of complete cases on the means of all answers, and counts.
ACSI_ROWS = """
                            | processed food | airlines | internet providers | banks | pooled
rows                        | 1968           | 1479     | 2287               | 2505  | 8239
complete rows               | 1716           | 1372     | 1990               | 2263  | 7341
PLS weights, all answers    | 78.45          | 69.11    | 60.92              | 75.22 |
equal weights, all answers  | 77.24          | 68.34    | 60.83              | 74.77 | 70.38
complaints, all answers     | 3.95           | 12.49    | 31.21              | 17.93 |
"""


def read(table: str) -> dict[str, pd.Series]:
    """Return each column of a table as a series of printed numbers."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip("\n").splitlines()]
    head, *body = lines
    columns = {name: {row[0]: row[at] for row in body if row[at]} for at, name in enumerate(head[1:], 1)}
    return {name: pd.Series(values) for name, values in columns.items()}


def digits(printed: str) -> int:
    return len(printed.partition(".")[2])


def as_printed(found: pd.Series, printed: pd.Series) -> pd.Series:
    """Return our numbers with as many digits as are printed, and as they are printed."""
    text = {name: f"{found[name]:.{digits(value)}f}" for name, value in printed.items()}
    return pd.Series({name: re.sub(r"^(-?)0\.", r"\1.", value) for name, value in text.items()})
