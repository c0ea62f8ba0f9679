"""A league of thirty-six companies in three sectors, and what may be said of it to the press.

What to see: first places that cannot be given to one company alone; how many places a rank is uncertain; a small company
that is not published; shrunken scores that draw the small samples to their sector's mean; and, as the answers are
simulated and the true scores are known, how many rank sets hold the true rank. The sets promise all of them at once in
95 of 100 surveys.
"""

import warnings

import numpy as np

import csindex as csi
from csindex.benchmark.leagues.ranks import point_ranks

names = [f"{sector} {number}" for sector in ("bank", "insurer", "retailer") for number in range(1, 13)]
model = csi.acsi()
population = csi.Population(model, groups=names, group_share=0.06, seed=2)
answers = population.draw(250, seed=2).rename(columns={"unit": "company"})
truth = csi.fit(model, population.moments, replicates=0).index.query("construct == 'Satisfaction'")
answers["sector"] = answers.company.str.split().str[0]
place = answers.groupby("company").cumcount()
small = {"bank 3": 20, "insurer 7": 60}
answers = answers[place < answers.company.map(small).fillna(250)]

# The smallest company has too few answers for a model; the league does not publish it.
warnings.simplefilter("ignore", csi.SmallSampleWarning)
result = csi.fit(model, answers, by=["sector", "company"], replicates=500, progress=False)
league = csi.league(result, group="sector", rounding=0, shrink="eb")
print(league.summary(), end="\n\n")

columns = ["company", "n", "published", "rank", "rank_lower", "rank_upper", "co_first", "band", "shrunken", "note"]
print(league.table.query("sector == 'bank'")[columns].round(1).to_string(index=False), end="\n\n")

table = league.table.dropna(subset="rank")
true = table.company.map(dict(zip(truth.unit, truth.estimate, strict=True)))
true_rank = true.groupby(table.sector).transform(lambda scores: point_ranks(scores.to_numpy()))
held = (table.rank_lower <= true_rank) & (true_rank <= table.rank_upper)
print(f"Rank sets that hold the true rank: {held.sum()} of {len(table)}; ranks that are the true rank: "
      f"{np.sum(table['rank'] == true_rank)}", end="\n\n")  # fmt: skip

print(csi.league(result).summary("ko"))
