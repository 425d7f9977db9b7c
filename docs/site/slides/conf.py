"""Sphinx's configuration of the slides; `build.py` calls it. reveal.js comes with sphinx-revealjs, so slides need no network."""

project = "devopssim"
author = "The devopssim founders"
language = "en"
extensions = ["myst_parser", "sphinx_revealjs"]
root_doc = "index"
html_copy_source = False
templates_path = ["templates"]
smartquotes_action = "D"
myst_enable_extensions = ["colon_fence"]

revealjs_style_theme = "white"
revealjs_static_path = ["static"]
revealjs_css_files = ["slides.css"]
revealjs_script_conf = {"hash": True, "slideNumber": "c/t", "transition": "none", "width": 1280, "height": 720}
revealjs_script_plugins = [{"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"}]
