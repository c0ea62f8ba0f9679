"""Your own model on your own answers: case weights, missing answers, codes for "don't know", several companies.

What to see: the account of the rows at the end of the summary (how many were used, what became of 98 and 99), the
warning that says how many rows had to be left out and what to compare with, and that comparison.
"""

import warnings

import numpy as np

import csindex as csi

model = csi.Model.parse(
    """
    Service      =~ friendly + quick + competent
    Price        =~ fair + clear
    Satisfaction =~ overall + expected + ideal
    Loyalty      =~ again + recommend + switch      # a high answer to `switch` means less loyalty

    Satisfaction ~ Service + Price
    Loyalty      ~ Satisfaction
    """,
    scale=(1, 10),
    reversed=["switch"],
    name="Delivery companies",
)

# Answers as they come from the field: unequal weights, gaps, and 98/99 for "don't know" and "no answer".
answers = csi.simulate(
    model, 300, groups=["Hare", "Lynx", "Stork"], group_share=0.2, weights=0.5, missing=0.01, seed=7
).rename(columns={"unit": "company"})
rng = np.random.default_rng(7)
for item, code in (("clear", 98), ("switch", 99)):
    answers.loc[rng.random(len(answers)) < 0.02, item] = code


def fitted(missing: str) -> csi.Fit:
    """Fit the model to each company; print what csindex warns of instead of passing over it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", csi.CsindexWarning)
        result = csi.fit(
            model, answers, weights="weight", by="company", missing=missing, missing_codes=[98, 99], replicates=500
        )
    for warning in caught:
        print(f"{warning.category.__name__}: {warning.message}\n")
    return result


result = fitted("listwise")
print(result.summary())

print("\nIndex of Satisfaction by the way missing answers are treated")
for missing in ("listwise", "pairwise", "mean"):
    index = (result if missing == "listwise" else fitted(missing)).index.query("construct == 'Satisfaction'")
    print(f"  {missing:9}", ", ".join(f"{row.company} {row.estimate:.1f} ± {row.se:.1f}" for row in index.itertuples()))
