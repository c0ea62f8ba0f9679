"""A national study: eighteen companies of six industries in three sectors, followed over four years.

What to see: who can be first in the league, and who cannot be told apart; industries and sectors weighted by revenue,
the nation by GDP; and which changes are more than chance, after adjustment for their number. The answers are simulated: the
national trend rises by about a point a year, and one sector falls. The report is printed in English and in Korean.
"""

import pandas as pd

import csindex as csi

YEARS = (2021, 2022, 2023, 2024)
GDP = {"Finance": 30, "Retail": 45, "Transport": 25}
START = {"Finance": 0.70, "Retail": 0.72, "Transport": 0.66}
DRIFT = {"Finance": 0.012, "Retail": 0.015, "Transport": -0.010}
COMPANIES = pd.DataFrame(
    [
        ("Finance", "Banks", "Alder", 310), ("Finance", "Banks", "Birch", 220), ("Finance", "Banks", "Cedar", 140),
        ("Finance", "Insurers", "Dogwood", 180), ("Finance", "Insurers", "Elm", 120), ("Finance", "Insurers", "Fir", 60),
        ("Retail", "Supermarkets", "Ginkgo", 420), ("Retail", "Supermarkets", "Hazel", 260),
        ("Retail", "Supermarkets", "Ivy", 90), ("Retail", "Online shops", "Juniper", 350),
        ("Retail", "Online shops", "Katsura", 170), ("Retail", "Online shops", "Larch", 80),
        ("Transport", "Airlines", "Maple", 150), ("Transport", "Airlines", "Nutmeg", 110),
        ("Transport", "Airlines", "Oak", 40), ("Transport", "Rail", "Pine", 130), ("Transport", "Rail", "Quince", 70),
        ("Transport", "Rail", "Rowan", 30),
    ],
    columns=["sector", "industry", "company", "revenue"],
)  # fmt: skip


def survey(model: csi.Model) -> pd.DataFrame:
    """Return 250 answers for each company and year."""
    ratings = [item.name for item in model.items if item.scale != (0, 1)]
    parts = []
    for number, (sector, companies) in enumerate(COMPANIES.groupby("sector")["company"]):
        for wave, year in enumerate(YEARS):
            level = dict.fromkeys(ratings, START[sector] + DRIFT[sector] * wave)
            population = csi.Population(
                model, level=level, groups=companies.tolist(), group_share=0.04, seed=number + 1
            )
            parts.append(population.draw(250, seed=10 * year + number).assign(year=year))
    answers = pd.concat(parts, ignore_index=True).rename(columns={"unit": "company"})
    return answers.merge(COMPANIES[["company", "sector"]], on="company")


def main() -> None:
    """Fit, put together, compare, and print."""
    model = csi.ncsi()
    result = csi.fit(model, survey(model), by=["sector", "company", "year"], replicates=1000, seed=1)

    # All years of a company get the same item weights, so that a change is a change of ratings.
    scores = csi.fixed_weights(result)
    industries = csi.aggregate(scores, ["sector", "industry", "year"], "revenue", facts=COMPANIES)
    turnover = COMPANIES.groupby(["sector", "industry"], as_index=False)["revenue"].sum()
    sectors = csi.aggregate(industries, ["sector", "year"], turnover)
    nation = csi.aggregate(sectors, "year", GDP)

    latest = csi.league(result, group="sector", wave="year")
    reports = {
        "English": ("en", "League", "Sectors", "The nation", "Companies over the years", "Sectors over the years"),
        "한국어": ("ko", "기업 순위", "산업 부문", "국가 지수", "기업별 추이", "부문별 추이"),
    }
    for language, (lang, *titles) in reports.items():
        texts = [
            latest.summary(lang=lang),
            sectors.summary(lang),
            "\n\n".join([nation.summary(lang), csi.trend(nation).summary(lang)]),
            csi.trend(result).summary(lang),
            csi.trend(sectors).summary(lang),
        ]
        print(language)
        for title, text in zip(titles, texts, strict=True):
            print(f"\n[{title}]\n{text}")
        print()

    moved = csi.sensitivity(result, industry="sector", group="year")
    print(f"{moved.summary()}\n\n{moved.summary('ko')}")


if __name__ == "__main__":
    main()
