"""References between names: from the module that defines a name to the page that documents it, and to other projects."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import reference_pages
from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

OTHERS: Final = {
    "pandas.DataFrame": "https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.html",
    "pandas.Series": "https://pandas.pydata.org/docs/reference/api/pandas.Series.html",
    "numpy.ndarray": "https://numpy.org/doc/stable/reference/generated/numpy.ndarray.html",
    "matplotlib.axes._axes.Axes": "https://matplotlib.org/stable/api/axes_api.html",
    "matplotlib.figure.Figure": "https://matplotlib.org/stable/api/figure_api.html",
    "pathlib.Path": "https://docs.python.org/3/library/pathlib.html#pathlib.Path",
}
"""Pages of other projects for the types that signatures name most."""
SHORT: Final = {path.rpartition(".")[2]: url for path, url in OTHERS.items()}
BEFORE_NAPOLEON: Final = 400
NAME: Final = re.compile(r"[A-Za-z_][\w.]*(\(\))?")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role of single backticks and the resolution of names."""
    app.add_role("name", name_role)
    app.connect("missing-reference", resolve)
    app.connect("autodoc-process-docstring", mark_examples)
    app.connect("autodoc-process-docstring", keep_colons, priority=BEFORE_NAPOLEON)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def name_role(
    role: str, rawtext: str, text: str, line: int, inliner: Inliner, options: Any = None, content: Sequence[str] = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Show text in single backticks as code; link it where it names something of the package."""
    code = nodes.literal(rawtext, text)
    if not NAME.fullmatch(text):
        return [code], []
    environment: BuildEnvironment = inliner.document.settings.env
    context = {key: environment.ref_context.get(key) for key in ("py:module", "py:class")}
    target = text.removesuffix("()")
    node = pending_xref(
        "", code, refdomain="py", reftype="obj", reftarget=target, refdoc=environment.docname, soft=True, **context
    )
    return [node], []


def resolve(
    app: Sphinx, environment: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Return a reference to a name that is documented elsewhere; names without a page stay text."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    homes = _homes()
    path = homes.get(target) or (f"devopssim.{target}" if f"devopssim.{target}" in homes.values() else None)
    if path is None and not node.get("soft"):
        path = _classes().get(target)
    if path:
        domain = environment.get_domain("py")
        found = domain.resolve_xref(environment, node["refdoc"], app.builder, "obj", path, node, content)
        if found is not None:
            return found
    url = OTHERS.get(target) or (None if node.get("soft") else SHORT.get(target))
    if url:
        return nodes.reference("", "", content, refuri=url, internal=False)
    return content


def keep_colons(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """Keep a property's first line whole: Napoleon takes the words before a colon for a type, unless a comment stands before it."""
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]


def mark_examples(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """Turn the indented examples of a module's docstring into code blocks."""
    if what != "module":
        return
    marked: list[str] = []
    for line in lines:
        starts = line.startswith("    ") and marked and not marked[-1]
        before = next((text for text in reversed(marked) if text), "")
        if starts and not before.startswith("    ") and not before.endswith("::"):
            marked += ["::", ""]
        marked.append(line)
    lines[:] = marked


@cache
def _homes() -> dict[str, str]:
    return reference_pages.homes()


@cache
def _classes() -> dict[str, str]:
    """Return the paths of classes, exceptions and types by name, without those that two doors define differently."""
    paths: dict[str, set[str]] = {}
    for door in reference_pages.DOORS:
        for name in reference_pages.names_of(door):
            if name.kind != "Functions":
                paths.setdefault(name.name, set()).add(_homes().get(f"{name.module}.{name.name}", name.path))
    return {name: next(iter(found)) for name, found in paths.items() if len(found) == 1}
