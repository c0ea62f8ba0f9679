"""Korean public institutions: which weights, which index, which grade, and how sure (한국 공공기관 고객만족도).

What to see: seven published rows leave room for weights of 50/20/30 but not for the plain average that newspapers speak of;
forty simulated enterprises of one kind get an index with an interval each; their grades by the bands of 2013 and by quotas,
of which many would be others if the survey were repeated; and the metrics that go beside an index.
"""

import warnings

import numpy as np
import pandas as pd

import csindex as csi

PARTS = {"Environment": "환경", "Process": "과정", "Result": "결과", "Social": "사회적 만족", "Overall": "전반적 만족"}
# Published scores of 2020 (insiseol.or.kr, n = 410; sedaily, December 2020): the five parts and the index.
PUBLISHED = pd.DataFrame(
    [
        ("Incheon, total 인천 전체", 90.1, 88.5, 89.2, 93.7, 89.6, 90.2),
        ("Cheongna park 청라", 93.1, 86.2, 91.5, 97.5, 91.3, 91.7),
        ("Haneul centre 하늘", 89.6, 91.5, 90.4, 95.4, 89.4, 91.2),
        ("Gyesan sports 계산", 89.1, 89.1, 89.2, 91.9, 91.0, 90.2),
        ("Juan arcade 주안", 90.3, 88.5, 88.4, 92.8, 90.5, 90.1),
        ("Samsan gym 삼산", 88.4, 88.0, 86.5, 90.6, 86.3, 87.8),
        ("Gumi, total 구미", 90.31, 89.06, 90.12, 91.19, 89.52, 89.96),
    ],
    columns=["unit", *PARTS, "index"],
).set_index("unit")
ENTERPRISES, CUSTOMERS = 40, 250


def simulated(seed: int = 1) -> pd.DataFrame:
    """Return answers on 0-10 of the customers of enterprises whose true levels differ by little."""
    rng = np.random.default_rng(seed)
    rows = ENTERPRISES * CUSTOMERS
    level = np.repeat(rng.normal(9.25, 0.1, ENTERPRISES), CUSTOMERS) + rng.normal(0, 1.3, rows)
    items = [item.name for item in csi.local_public_enterprises().items]
    frame = pd.DataFrame({name: np.clip(np.round(level + rng.normal(0, 0.9, rows)), 0, 10) for name in items})
    return frame.assign(
        enterprise=np.repeat([f"E{k:02}" for k in range(1, ENTERPRISES + 1)], CUSTOMERS),
        recommend=np.clip(np.round(level + rng.normal(0, 1, rows)), 0, 10),
        complained=(rng.random(rows) < 0.06).astype(int),
        minutes=rng.exponential(12, rows).round(1),
    )


print("1. Weights recovered from published scores · 공표 점수에서 역산한 가중치\n")
found = csi.recover_weights(
    PUBLISHED[list(PARTS)], PUBLISHED["index"], groups={"Quality 품질": ["Environment", "Process", "Result"]}
)
for row in found.weights.itertuples():
    print(f"  {row.dimension + ' ' + PARTS[row.dimension]:24} {row.estimate:.3f}  ({row.lower:.3f} to {row.upper:.3f})")
for row in found.groups.itertuples():
    print(f"  {row.group:24} {row.estimate:.3f}  ({row.lower:.3f} to {row.upper:.3f})")
claims = {"50/20/30": {"Quality 품질": 0.5, "Social": 0.2, "Overall": 0.3}, "plain average · 단순평균": "equal"}
for row in found.test(claims).itertuples():
    verdict = "possible · 가능" if row.possible else "impossible · 불가능"
    print(f"  {row.hypothesis:24} {verdict}, largest error {row.largest_error:.3f}")

print("\n2. Index of simulated enterprises · 모의 공기업의 지수\n")
answers = simulated()
result = csi.composite(csi.local_public_enterprises(), answers, by="enterprise", replicates=1000, seed=1)
total = result.index[result.index.dimension == "Total"].sort_values("estimate", ascending=False)
for row in pd.concat([total.head(3), total.tail(2)]).itertuples():
    print(f"  {row.enterprise}  {row.estimate:.1f}점  ({row.lower:.1f} to {row.upper:.1f})")

print("\n3. Grades · 등급\n")
rules = {
    "absolute, bands of 2013 · 절대평가": lambda: csi.grade_absolute(
        result, {"우수": 90, "양호": 85, "보통": 80, "미흡": 0}, decimals=1
    ),
    "relative, 1:4:4:1 · 상대평가": lambda: csi.grade_relative(result, {"S": 1, "A": 4, "B": 4, "C": 1}),
}
for name, rule in rules.items():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", csi.CsindexWarning)
        grades = rule()
    counts = ", ".join(f"{row.grade} {row.units}" for row in grades.counts.itertuples())
    print(f"  {name}: {counts}")
    print(f"    another grade in more than one of three repeats · 재조사 시 바뀔 수 있는 등급: {len(grades.doubtful)}")
    print(f"    warned · 경고: {'yes' if caught else 'no'}")

print("\n4. Companion metrics · 보조 지표 (all enterprises · 전체)\n")
metrics = {
    "CSAT 9-10 · 상위 응답": csi.top_box("all1", scale=(0, 10)),
    "NPS · 순추천": csi.nps("recommend"),
    "complaints · 불만 제기율": csi.rate("complained"),
    "minutes · 처리 시간": csi.handling_time("minutes"),
}
for row in csi.companion(answers, metrics).itertuples():
    print(f"  {row.metric} ({row.statistic}): {row.estimate:.1f}  ({row.lower:.1f} to {row.upper:.1f})")
