"""Pictures of results, drawn with matplotlib, which is imported on use."""

from csindex.plot.answers import answer_distribution
from csindex.plot.estimates import index_bars, path_forest, weights_plot
from csindex.plot.heatmap import htmt_heatmap
from csindex.plot.importance import importance_performance
from csindex.plot.leagues import league_plot
from csindex.plot.path_diagram import path_diagram
from csindex.plot.save import save
from csindex.plot.trends import trend_lines

__all__ = [
    "answer_distribution",
    "htmt_heatmap",
    "importance_performance",
    "index_bars",
    "league_plot",
    "path_diagram",
    "path_forest",
    "save",
    "trend_lines",
    "weights_plot",
]
