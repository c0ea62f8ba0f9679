"""Pictures of results, made with matplotlib, which is imported when the first one is drawn."""

from csindex.plot.estimates import index_bars, path_forest, weights_plot
from csindex.plot.importance import importance_performance
from csindex.plot.leagues import league_plot
from csindex.plot.path_diagram import path_diagram

__all__ = ["importance_performance", "index_bars", "league_plot", "path_diagram", "path_forest", "weights_plot"]
