"""Pictures of results, made with matplotlib, which is imported when the first one is drawn."""

from csindex.plot.path_diagram import path_diagram

__all__ = ["path_diagram"]
