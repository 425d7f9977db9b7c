"""Sphinx's configuration; `make docs` calls it through `build.py`."""

import sys
from pathlib import Path

from devopssim import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "devopssim"
author = "The devopssim founders"
copyright = author  # noqa: A001 - Sphinx's name
version = release = __version__
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "myst_nb",
    "cross_references",
    "accessibility",
]
root_doc = "index"
default_role = "name"
nitpicky = True
smartquotes_action = "D"  # dashes only: quotes in messages and commands can be copied

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js: dict[str, object] = {}  # widgets need a kernel; the pages hold pictures

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
maximum_signature_line_length = 110
python_trailing_comma_in_multi_line_signatures = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
napoleon_google_docstring = False
napoleon_preprocess_types = True
napoleon_custom_sections = [
    ("Attributes", "params_style")
]  # as text: Sphinx would link each name to any other of its kind
napoleon_use_rtype = False

html_theme = "furo"
html_title = "devopssim"
html_static_path = ["static"]
templates_path = ["templates"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "static/favicon.svg"
html_logo = "static/logo.svg"
html_copy_source = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "navigation_with_keys": False,
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-code-background": "#f6f8fa",
        "color-brand-primary": "#1d659f",
        "color-brand-content": "#1d659f",
        "color-brand-visited": "#6a4a9c",
        "color-foreground-primary": "#1f2328",
        "color-foreground-secondary": "#5b636d",
        "color-foreground-muted": "#5b636d",
        "color-api-name": "#1d659f",
        "color-api-pre-name": "#5b636d",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7cbcf0",
        "color-brand-content": "#7cbcf0",
        "color-brand-visited": "#b9a6e8",
        "color-background-primary": "#16181d",
        "color-background-secondary": "#1b1e24",
        "color-foreground-primary": "#e6e8eb",
        "color-foreground-secondary": "#a3abb5",
        "color-foreground-muted": "#a3abb5",
        "color-api-name": "#7cbcf0",
        "color-api-pre-name": "#a3abb5",
    },
}
"""The colours of the widgets' light and dark pages; the blue of the figures, darker or lighter so that text reads well."""
