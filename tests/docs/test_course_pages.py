"""A page of the course shows what a notebook's stored outputs let a reader see, and nothing of an exercise's."""

from typing import Any

import course_pages

Cell = dict[str, Any]


def page_of(outputs: list[Cell], **metadata: object) -> Cell:
    """Return the only cell of the page of a notebook whose only cell stored these outputs."""
    cell = {"cell_type": "code", "id": "a", "metadata": metadata, "source": ["figures()"]}
    source = {"metadata": {"kernelspec": {"name": "python3"}}, "cells": [{**cell, "outputs": outputs}]}
    (shown,) = course_pages._page({"cells": [{**cell, "outputs": []}]}, source)["cells"]
    return dict(shown)


PRINTED = {"output_type": "stream", "name": "stdout", "text": ["0.4\n"]}
TABLE = {"output_type": "execute_result", "data": {"text/html": ["<table>"], "text/plain": []}, "metadata": {}}
FINISHED_PROGRESS = {"output_type": "display_data", "data": {"text/plain": []}, "metadata": {}}


def test_outputs_that_hold_something_are_shown_in_their_order() -> None:
    assert page_of([PRINTED, FINISHED_PROGRESS, TABLE, FINISHED_PROGRESS])["outputs"] == [PRINTED, TABLE]


def test_an_exercise_shows_no_output() -> None:
    assert page_of([PRINTED, TABLE], nbgrader={"solution": True})["outputs"] == []
