"""From a file of answers to a report, pictures and a workbook: `python examples/report.py [folder]`.

What to see: what `check` finds before anything is fitted (codes that mean "don't know"); a report of all companies together,
one of each company beside the others, and one in Korean; the same tables in Excel, for a workbook; pictures for slides.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import csindex as csi

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="report-"))
folder.mkdir(parents=True, exist_ok=True)

model = csi.ncsi()
answers = csi.simulate(model, 200, groups=["Alder", "Birch", "Cedar", "Dogwood", "Elm"], group_share=0.05, seed=5)
answers = answers.rename(columns={"unit": "company"})
answers.loc[[3, 40, 41], ["PQ", "IDEAL"]] = 98
answers.to_csv(folder / "answers.csv", index=False)

print(csi.check(model, folder / "answers.csv"), end="\n\n")

survey = csi.read_survey(folder / "answers.csv", missing_codes=[98, 99])
by_company = csi.read_survey(folder / "answers.csv", by="company", missing_codes=[98, 99])
# The report says what the fits warn of.
warnings.simplefilter("ignore", csi.CsindexWarning)
overall = csi.fit(model, survey, replicates=200, progress=False)
companies = csi.fit(model, by_company, replicates=200, progress=False)

written = [
    csi.report(overall, folder / "report.html", data=survey, title="All companies", overwrite=True),
    csi.report(overall, folder / "report.xlsx", title="All companies", overwrite=True),
    csi.report(companies, folder / "companies.html", title="Company by company", overwrite=True),
    csi.report(companies, folder / "companies-ko.html", lang="ko", title="기업별 고객만족도", overwrite=True),
]
for name, picture in {
    "model.png": csi.plot.path_diagram(overall, size="slide"),
    "league.png": csi.plot.league_plot(csi.league(companies), size="slide"),
}.items():
    written.append(csi.plot.save(picture, folder / name, dpi=150))
for path in written:
    print(path)
