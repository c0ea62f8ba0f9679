"""The main pictures of a study, written into a folder: `python examples/pictures.py [folder]`.

What to see: one look for all of them; the path diagram in its customary layout; a map that says how sure its advice is; a
league whose ranks are as wide as they are; a trend that is interrupted where the questionnaire changed.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import pandas as pd

import csindex as csi

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="pictures-"))
folder.mkdir(parents=True, exist_ok=True)

model = csi.ncsi()
names = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Larch"]
answers = pd.concat(
    csi.simulate(model, 250, groups=names, group_share=0.04, seed=year).assign(year=year) for year in (2022, 2023, 2024)
).rename(columns={"unit": "company"})
latest = answers[answers["year"] == 2024]
# What the fits warn of is not the subject here.
warnings.simplefilter("ignore", csi.CsindexWarning)
overall = csi.fit(model, latest, replicates=500, progress=False)
companies = csi.fit(model, latest, by="company", replicates=300, progress=False)
waves = csi.fit(model, answers, by=["company", "year"], replicates=200, progress=False)
warnings.resetwarnings()

plot = csi.plot
pictures = {
    "model.pdf": plot.path_diagram(overall),
    "model-slide.png": plot.path_diagram(overall, size="slide"),
    "model-alder.png": plot.path_diagram(companies, unit="Alder"),
    "map.png": plot.importance_performance(overall),
    "index.svg": plot.index_bars(overall),
    "companies.png": plot.index_bars(companies, construct="Satisfaction"),
    "weights.png": plot.weights_plot(overall),
    "league.png": plot.league_plot(csi.league(companies), highlight="Alder"),
    "trend.png": plot.trend_lines(csi.trend(waves, "year", breaks=2024), highlight=["Alder", "Elm"]),
    "answers.png": plot.answer_distribution(csi.Survey(latest), model),
}
for name, picture in pictures.items():
    print(plot.save(picture, folder / name, dpi=150))
