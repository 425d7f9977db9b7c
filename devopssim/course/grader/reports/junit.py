"""Grades as JUnit XML: a suite for each student, a case for each check.

Partial credit is a failure whose message gives the points; a check that waits is skipped; what could not be graded is an error.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from devopssim.course.grader.grades import CheckResult, Grade


def document(grades: Iterable[Grade]) -> str:
    """Return the grades as one XML document.

    Examples
    --------
    >>> '<testsuite name="ada" tests="0"' in document([Grade(student="ada", assignment="delivery", cells=[])])
    True
    """
    suites = ET.Element("testsuites", name="course")
    for grade in grades:
        checks = [(cell.notebook, check) for cell in grade.cells for check in cell.checks]
        suite = ET.SubElement(
            suites, "testsuite", name=_text(grade.student), tests=str(len(checks) + bool(grade.trouble)),
            failures=str(sum(check.verdict in {"partly", "failed"} for _, check in checks)),
            skipped=str(sum(check.verdict == "waiting" for _, check in checks)),
            errors=str(sum(check.verdict == "ungraded" for _, check in checks) + bool(grade.trouble)), time=f"{grade.seconds:.3f}",
        )  # fmt: skip
        for notebook, check in checks:
            _case(suite, notebook, check)
        if grade.trouble:
            case = ET.SubElement(suite, "testcase", classname="grader", name="grading")
            ET.SubElement(case, "error", message=_text(grade.trouble))
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, notebook: str, check: CheckResult) -> None:
    """Add the case of one check to a suite."""
    case = ET.SubElement(suite, "testcase", classname=_text(notebook), name=_text(f"{check.exercise}: {check.title}"))
    worth = f"{check.points:g} of {check.max_points:g} points"
    if check.verdict == "waiting":
        ET.SubElement(case, "skipped", message=_text(check.remark))
    elif check.verdict == "ungraded":
        ET.SubElement(case, "error", message=_text(f"not graded: {check.remark}"))
    elif check.verdict != "passed":
        failure = ET.SubElement(case, "failure", message=_text(f"{worth}: {check.remark}"))
        failure.text = _text(f"expected: {check.expected}\ncame: {check.remark}\nhint: {check.hint or 'none'}")


def _text(text: str) -> str:
    """Return a text with a replacement for each character that XML 1.0 excludes."""
    return "".join(
        letter
        if letter in "\t\n" or (letter >= " " and not "\ud800" <= letter <= "\udfff" and letter < "\ufffe")
        else "�"
        for letter in text
    )
