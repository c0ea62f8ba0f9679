"""Three hundred companies at once, each with its own index and interval.

What to see: the time it takes; how wide the intervals are with 250 customers each (the first ten places overlap); and,
as the answers are simulated and the truth is known, how many of the 300 intervals hold the true index. About 285 are to
be expected, give or take eight; with the seeds 1 to 4 it was 94 % of the intervals.
"""

import time

import csindex as csi

model = csi.acsi()
population = csi.Population(model, groups=300, seed=1)
answers = population.draw(250, seed=1).rename(columns={"unit": "company"})
truth = csi.fit(model, population.moments, replicates=0)

start = time.perf_counter()
result = csi.fit(model, answers, by="company", replicates=1000)
seconds = time.perf_counter() - start

index = result.index.query("construct == 'Satisfaction'").drop(columns="construct").reset_index(drop=True)
true = truth.index.query("construct == 'Satisfaction'").estimate.to_numpy()
held = ((index.lower <= true) & (true <= index.upper)).sum()
ranked = index.sort_values("estimate", ascending=False)

print(f"{len(index)} companies × 250 answers × 1,000 replicates: {seconds:.1f} seconds\n")
print("Satisfaction, 0-100: the first ten and the last three")
print(ranked.iloc[[*range(10), -3, -2, -1]].round(1).to_string(index=False))
print(f"\nMedian width of the intervals: {(index.upper - index.lower).median():.1f} points")
print(f"Intervals that hold the true index: {held} of {len(index)}")
