"""Whose work the live lab of the grader's machine is: the student that the lab carries, else the one that an instructor names."""

from devopssim.course.answers import Judgement
from devopssim.course.author import student_id
from devopssim.errors import DevopssimError, InvalidInputError


def lab_owner(named: str | None = None) -> str:
    """Return the id that the live lab of this machine carries; empty without a lab, and for one that carries none.

    Parameters
    ----------
    named : str, optional
        The student whose work an instructor says the lab is.

    Returns
    -------
    str
        The id as the lab has it.

    Raises
    ------
    InvalidInputError
        If the lab carries another id than the one named.

    Examples
    --------
    >>> lab_owner()
    ''
    """
    try:
        from devopssim import livelab  # noqa: PLC0415 - needs the extra livelab, and few courses have live exercises

        owner = livelab.attach().student
    except (ImportError, OSError, DevopssimError):  # no lab, or nothing that could read it
        return ""
    if owner and named and not _same(owner, named):
        raise InvalidInputError(
            f"--lab-of {named!r} (whose work the live lab is) contradicts the lab, which is {owner}'s; pass --lab-of {owner}, or leave it out."
        )
    return owner


def waits_for(student: str, *, owner: str, sees_lab: bool, lab_of: str) -> Judgement | None:
    """Return why a student's live exercises wait for a person; None if the lab is the student's work.

    Parameters
    ----------
    student : str
        The student being graded.
    owner : str
        The id that the lab carries, from `lab_owner`; it decides where it is not empty.
    sees_lab, lab_of : bool, str
        Whether the lab counts at all where it carries no id, and for which student only; empty for everybody.

    Returns
    -------
    Judgement or None
        One that waits.

    Examples
    --------
    >>> waits_for("ada", owner="ada", sees_lab=False, lab_of="") is None
    True
    >>> waits_for("bob", owner="ada", sees_lab=True, lab_of="").remark
    "waits for a person: the lab of the grader's machine is another student's."
    """
    if owner:
        theirs, why = _same(owner, student), "the lab of the grader's machine is another student's"
    else:
        theirs = sees_lab and (not lab_of or _same(lab_of, student))
        why = "the lab of the grader's machine carries no student's id; --lab-of names whose it is"
    return None if theirs else Judgement(share=0, remark=f"waits for a person: {why}.", waiting=True)


def _same(one: str, other: str) -> bool:
    """Return whether two ids name one student."""
    try:
        return student_id(one) == student_id(other)
    except InvalidInputError:
        return False
