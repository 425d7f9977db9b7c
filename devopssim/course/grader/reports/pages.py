"""Grades as HTML: a page for each student, fit to be passed on to them, and an index for the instructor."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import jinja2

from devopssim.course.grader.batch import file_name
from devopssim.course.grader.grades import Grade
from devopssim.errors import DevopssimError
from devopssim.files import write_text

TEMPLATES: Final = Path(__file__).parent / "templates"
VERDICTS: Final = {
    "passed": ("✓", "passed"),
    "partly": ("◐", "partly right"),
    "failed": ("✗", "not yet"),
    "waiting": ("…", "waits for a person"),
    "ungraded": ("?", "not graded"),
}


def write(grades: Sequence[Grade], out: Path, notes: Sequence[str] = ()) -> list[Path]:
    """Write `students/STUDENT.html` for each student and `index.html`; return the paths.

    A page that cannot be written is named in the index, and leaves the others alone.
    """
    folder = out / "students"
    folder.mkdir(exist_ok=True)
    paths, links, failed = [], [], []
    for grade in grades:
        path = folder / f"{file_name(grade.student)}.html"
        try:
            write_text(path, page(grade))
        except (OSError, DevopssimError, jinja2.TemplateError, ValueError) as error:
            failed.append(f"{grade.student}: the page cannot be written ({error})")
            continue
        paths.append(path)
        links.append((f"students/{path.name}", grade))
    index = out / "index.html"
    write_text(index, render("index.html", links=links, notes=[*notes, *failed]))
    return [index, *paths]


def page(grade: Grade) -> str:
    """Return one student's page: what was expected in kind, what came, and a hint; never the right answer."""
    notebooks = list(dict.fromkeys(cell.notebook for cell in grade.cells))
    return render("student.html", grade=grade, notebooks=notebooks)


def render(name: str, **values: Any) -> str:
    """Return a template of the course filled in; every value is escaped.

    Parameters
    ----------
    name : str
        The template's name without `.j2`.
    **values
        What the template shows; a value that it lacks is an error.

    Returns
    -------
    str
        An HTML page.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(f"{name}.j2").render(verdicts=VERDICTS, **values)
    return text.encode("utf-8", "replace").decode() + "\n"
