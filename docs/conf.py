"""Settings of the documentation site: ``sphinx-build -W --keep-going docs docs/_build``."""

import csindex

project = "csindex"
author = "The csindex team"
copyright = "The csindex team, MIT licence"
release = csindex.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "contents"
exclude_patterns = ["_build"]
language = "en"
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_use_ivar = True
html_theme = "furo"
html_title = "csindex"
html_show_sourcelink = False
