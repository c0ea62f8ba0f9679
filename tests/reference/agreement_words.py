"""The words of docs/agreement.md; its figures are computed by agreement.py."""

WORDS = {
    "paths": "path coefficients",
    "weights": "outer weights",
    "loadings": "loadings",
    "correlations": "construct correlations",
    "total": "total effects",
    "indirect": "indirect effects",
    "r2": "R²",
    "adjusted": "adjusted R²",
    "vif": "variance inflation",
    "reliability": "reliability ρ_A",
    "index_weights": "index weights",
    "index": "index (0–100)",
    "deviation": "SD of index scores",
    "unit_effects": "effects of one index point",
}
QUALITY_WORDS = {
    "alpha": "α of standardized items",
    "rho_a": "ρ_A",
    "rho_c": "ρ_C",
    "ave": "AVE",
    "communality": "communality",
    "redundancy": "redundancy",
    "cross_loadings": "cross-loadings",
    "htmt": "HTMT",
    "htmt+": "HTMT+",
    "htmt2": "HTMT2",
    "vif": "variance inflation",
    "f2": "f²",
    "f2_reestimated": "f², estimated again",
    "srmr": "SRMR",
    "d_uls": "d_ULS",
    "d_g": "d_G",
    "nfi": "NFI",
    "rms_theta": "RMS_theta",
    "gof": "GoF",
    **dict.fromkeys(("aic", "aicc", "aicu", "bic", "hq", "hqc"), "AIC, BIC, HQ and corrections"),
    **dict.fromkeys(("fpe", "gm", "mallows_cp"), "FPE, GM, Mallows' Cp"),
}
PREDICTIONS = {
    **{
        f"{metric} {predictor} {sample}": f"{metric.upper()} of {model}, {where}"
        for sample, where in (("out_of_sample", "out of sample"), ("in_sample", "in the sample"))
        for metric in ("rmse", "mae")
        for predictor, model in (("pls", "PLS"), ("lm", "the linear model"), ("equal", "equal weights"))
    },
    "q2": "Q² of predictions",
}
MEASURES = {
    "chisq": "χ²",
    **dict.fromkeys(("df", "npar", "baseline.df"), "degrees of freedom, number of parameters"),
    "pvalue": "p-value",
    "baseline.chisq": "χ² of the baseline",
    **dict.fromkeys(("cfi", "tli", "nfi"), "CFI, TLI, NFI"),
    "rmsea": "RMSEA",
    **dict.fromkeys(("rmsea.ci.lower", "rmsea.ci.upper"), "ends of RMSEA's 90% interval"),
    "rmsea.pvalue": "p-value of close fit",
    "srmr": "SRMR",
    **dict.fromkeys(("gfi", "agfi"), "GFI, AGFI"),
    **dict.fromkeys(("logl", "unrestricted.logl"), "log-likelihoods"),
    **dict.fromkeys(("aic", "bic", "bic2"), "AIC, BIC, adjusted BIC"),
    **dict.fromkeys(("chisq.scaled", "chisq.scaling.factor"), "scaled χ² and its factor"),
    **dict.fromkeys(("cfi.robust", "tli.robust", "rmsea.robust"), "robust CFI, TLI, RMSEA"),
    "estimates": "estimates",
    "standard errors": "standard errors",
    "standardized estimates": "standardized loadings and paths",
    "standard errors of standardized": "standard errors of these",
}
ABOUT = """\
# Agreement with other programs

Everything that csindex computes and another program computes too is compared with it, in the tests of every release. The
other programs' figures are in the folder `tests/reference/`, with their versions and settings; no program but csindex is
needed to run the comparison. This page is written by `tests/reference/agreement.py`, from the same comparisons as the tests.

Where nothing else is said, runs are of the ECSI model of a mobile phone provider (250 customers, 24 items, 7 constructs;
Tenenhaus, Esposito Vinzi, Chatelin & Lauro 2005), and figures are the largest absolute differences over all runs. The other
programs' figures have twelve significant digits, so that nothing smaller than 5e-13 can be seen for numbers below 1, 5e-12
for numbers up to 10, and 5e-11 for indices. Where two programs define a measure differently, csindex is compared with the one
that has its definition; [the differences](#where-definitions-differ) are at the end.
"""
ESTIMATES = """\
## Estimates

By the path, centroid and factorial scheme; in Mode A, in Mode B, with both mixed, with equal and with given weights; with
standardized and with centred items; and, on the same answers with one cell in 29 left empty, by listwise deletion and by the
mean.
"""
PLSC = """\
## Consistent PLS

By all schemes, and with answers left out. On these data the corrected correlations of the constructs are not positive definite
(smallest eigenvalue −.003): all programs print the same inadmissible paths, csindex with a warning.
"""
QUALITY = """\
## Reliability, validity and fit

Every measure that `csi.assess` gives and another program too, of the same runs. Composites are taken as reflective here, to
compare them too. Criteria lie between −300 and 500; under PLSc the nearly singular correlations leave some digits fewer.
"""
PREDICTION = """\
## Prediction

In the very ten folds that the programs drew, from direct and from earliest antecedents, with each program's linear model
(`benchmark="all"` is that of seminr, `"origin"` that of cSEM). semPLS leaves out every fifth, seventh and ninth row, or one
row at a time, and stops when weights change by less than a 1e-7th.
"""
ORDINAL = """\
## Ordinal items and missing answers

All 24 items taken as ordinal, with ten categories and cut to five. cSEM has the correlations of polycor, whose search stops at
about 3e-5; from its correlations all digits follow. Incomplete rows by EM: lavaan stops at a tolerance of 1e-5, and the
likelihood of csindex is the larger one.
"""
COVARIANCE = """\
## Covariance structure models

Against lavaan 0.6-14, in relative differences; estimates in standard errors where these are the larger. Models are the ECSI
model with five constructs, Holzinger & Swineford's three abilities, and Bollen's political democracy (ML, GLS, ULS); ML
is also of the rows that listwise deletion leaves. Two groups are halves of the customers and two schools, in up to five steps of
invariance; FIML has observed-information and robust errors; WLSMV and ULSMV are of ordinal items with five and ten
categories. lavaan stops its search when the slope is about 1e-6: what is flat at the minimum (χ², likelihoods) is then exact
to eight digits, estimates to about four digits of a standard error. The full ECSI model has constructs that correlate up to
.995, and standard errors up to 24. An empty cell is what lavaan does not give or [defines
otherwise](#where-definitions-differ).
"""
STAGES = """\
## Higher order and interactions

Against seminr 2.3.4: Quality as a construct of Image and Value, and Image × Expectation on Satisfaction.
"""
BOOTSTRAP = """\
## Bootstrap, replicate by replicate

The rows of 5,000 resamples as seminr and cSEM drew them, estimated by csindex: the largest absolute difference of the
standard errors, means, and 2.5 % and 97.5 % quantiles over the resamples. seminr stops when weights change by less than 1e-7
in sum, cSEM by less than 1e-5 each; with cSEM's own rule and start, csindex agrees to the digits that are printed. Of PLSc,
paths and R² are compared by quantiles: a few nearly singular resamples, with paths in the hundreds, make their errors.
"""
MONTE_CARLO = """\
With resamples of its own, csindex is within Monte Carlo error of seminr, cSEM, plspm (5,000 resamples each) and the vignette
of semPLS (500): the ratio of two standard errors is never further from 1 than 4.5 times its own error.
"""
TABLES = """\
## Printed tables

To the last printed digit: the mobile study with centred items (as Tenenhaus et al. 2005 have it; the figures were computed
from the rows by others, the article itself was not read) and with standardized items, by the centroid and the path scheme:
paths (also those in the vignette of semPLS), R², loadings, index weights, indices, their standard deviations and slopes,
communality and GoF; and the ACSI sample of 2015 in four industries and pooled, from its moments and from its rows: paths, R²,
indices, index weights, impacts, equal-weight indices, share of complaints.
"""
DEFINITIONS = """\
## Where definitions differ

Estimates:

| what | csindex | others | why ours |
|---|---|---|---|
| centred items, Mode A | weights by covariances, as plspm with `scaled = FALSE` | semPLS with `scaled = FALSE` weights centred items by *correlations*; paths .015 away. With its weights given, all else agrees | Wold's algorithm on the covariance matrix |
| `missing="pairwise"` | each item correlation from the rows that answered both | semPLS makes scores first, missing wherever an item of the block is; paths up to .07 away | a construct should not lose a row for one item; equal to a fit of pandas' pairwise correlations |
| orientation | each construct so that its items' correlations with it sum to more than 0; replicates like the sample | seminr, cSEM and plspm leave replicates as they come out (none turns on these data), semPLS turns them by construct; cSEM's MAXVAR and MINVAR weights have either sign | a replicate that turned would count as error |
| scores | 0–100 | plspm's have population variance 1, other programs' sample variance 1; weights of plspm for unstandardized items differ by that and by the items' range | an index is read in points |
| index | weights divided by items' standard deviations (`convention="fornell"`); Image 73.528 | Tenenhaus et al. and cSEM's importance–performance map do the same; plspm's `rescale` divides only where the fit was not scaled: Image 73.148, our `convention="standardized"` | Fornell et al. (1996) |
| inadmissible PLSc | given, with a warning that names what cannot be | given; cSEM's `verify` tells | hiding it helps nobody |
| PLSc, blocks with equal or other weights | left as they are | cSEM corrects by loadings of a factor analysis | ρ_A belongs to Mode A weights |
| loadings on an interaction | correlations with its scores | seminr: covariances with its rescaled scores | loadings are correlations everywhere else |

Reliability, validity and fit:

| what | csindex | others | why ours |
|---|---|---|---|
| α of a single item | none | 1 (seminr, plspm), NaN (cSEM) | one item cannot tell its error |
| negative α | negative, and told | plspm: 0 | it says that an item is turned round |
| ρ_A without disattenuation | that of Dijkstra & Henseler (2015), none for composites | seminr the same, 1 for Mode B; cSEM 1 by construction | it is wanted before deciding on a correction |
| ρ_C, AVE | from the loadings, corrected under PLSc | seminr and cSEM the same; plspm's DG ρ from the first principal component | they describe the construct that the model has |
| HTMT | *htmt* takes the absolute value of a mean, *htmt+* the mean of absolute values | cSEM the first (Quality–Loyalty .7235), seminr the second (.7593) | both are in use; the first is that of Henseler, Ringle & Sarstedt (2015), and is judged |
| HTMT of single items | none | seminr and cSEM with a monotrait mean of 1 | it would take the item as free of error |
| HTMT2 where a correlation is negative | none | NaN (cSEM) | a geometric mean has no value |
| f² | *f2* keeps the scores, *f2_reestimated* fits again without the path | cSEM the first (Image → Loyalty .0355), seminr the second (.0308) | both are given; the first is what R² owes to the path |
| VIF of sources under PLSc | from the corrected correlations | cSEM the same, seminr from those of scores | paths are made of the corrected ones |
| adjusted R²; AIC, BIC | with a constant: one parameter for each source and one more | seminr and cSEM the same, but seminr's AIC and BIC under PLSc rest on the uncorrected R²; semPLS adjusts without a constant and counts one parameter fewer | answers have a mean, which is estimated |
| d_G | natural logarithm | cSEM: logarithm to base 10, 5.3 times smaller | Dijkstra & Henseler (2015) |
| SRMR | divided by p(p + 1)/2 | cSEM the same; lavaan's default and its `srmr_bentler` too | Bentler (1995): the diagonal counts, in covariance models it is not 0 |
| Henseler's probability in groups | replicates are mirrored, as in seminr | cSEM moves them to the estimates | Henseler, Ringle & Sinkovics (2009) |

Prediction:

| what | csindex | others | why ours |
|---|---|---|---|
| linear benchmark | exogenous items, with a constant; others by name | seminr all items outside the block; cSEM exogenous items *without* a constant (`benchmark="origin"`) | it should know what the model knows, and predict means |
| Q² | from mean squares | cSEM from variances of errors; up to 1e-4 away | a bias is an error too (Shmueli et al. 2016) |
| repeated folds | losses are averaged | seminr averages predictions (`average="predictions"`), cSEM counts all errors together | averaged predictions are better than any that the model makes |
| scheme in blindfolding | that of the fit | semPLS always centroid | a round should be estimated like the sample |

Ordinal items, missing answers, covariance structure models:

| what | csindex | others | why ours |
|---|---|---|---|
| empty cells of polychoric tables | taken as they are; a pair of two by two with an empty cell is refused by name | polycor takes them as they are; lavaan the same, but adds ½ in tables of two by two | there the correlation would be ±1 or depend on the ½ |
| EM | until no moment moves by 1e-9 standard deviations | lavaan: tolerance 1e-5 | EM is slow at the end, so that a small step is no small distance |
| divisor | ML divides by n, GLS and ULS by n − 1; `likelihood="wishart"` by n − 1 | lavaan the same | – |
| p-value and errors of ULS | those of Browne (1984), the p-value of the scaled statistic | lavaan takes n·F for χ² and the unweighted matrix for the moments' precision | unweighted sums of squares are no χ² |
| GFI, AGFI of ULS | weights as in the discrepancy | lavaan counts variances and covariances alike | F itself counts covariances twice |
| GFI, AGFI of FIML | none | lavaan: .974, with the means among what is explained (.718 on complete rows) | a share that means of 7 points dominate says nothing of the model |
| robust CFI, TLI, RMSEA of FIML | Brosseau-Liard & Savalei (2014) | lavaan 0.6-14: Zhang & Savalei (2023); they differ in the third digit | the same as without gaps |

Not compared: first-component weights in a path model. cSEM and matrixpls stop at single items there; plspm's first eigenvalues
and Dillon–Goldstein ρ of each block agree. Of lavaan, MLM; csindex does not have it.
"""
