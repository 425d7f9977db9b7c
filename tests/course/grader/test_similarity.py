"""Answers that are alike: copies, copies with other names and numbers, and independent work that is not."""

import random

from devopssim.course.grader.similarity import AnswerPrint, alike, print_of

MODEL = """
waits = {}
for number, row in log[log["type"] == "stage.queued"].iterrows():
    waits[row["item"]] = row["time"]
total, count = 0.0, 0
for number, row in log[log["type"] == "stage.started"].iterrows():
    if row["item"] in waits:
        total += row["time"] - waits.pop(row["item"])
        count += 1
mean_wait = total / count if count else 0.0
"""
OTHER_NAMES = """
# my own work
begin = {}
for i, e in log[log["type"] == "review.queued"].iterrows():
    begin[e["item"]] = e["time"]
s, n = 0.5, 7   # sum and count
for i, e in log[log["type"] == "review.started"].iterrows():
    if e["item"] in begin:
        s += e["time"] - begin.pop(e["item"])
        n += 12
answer = s / n if n else 3.0
"""
INDEPENDENT = """
queued = log.query("type == 'stage.queued'").set_index("item")["time"]
started = log.query("type == 'stage.started'").set_index("item")["time"]
mean_wait = float((started - queued).dropna().mean())
"""
PROSE = "Small batches shorten the feedback loop, so a mistake is found while its author still remembers the change."


def class_of(**answers: str) -> dict[str, dict[str, AnswerPrint]]:
    return {student: {"01/01-a": print_of([text])} for student, text in answers.items()}


def test_a_copy_with_other_names_numbers_texts_and_comments_is_similar() -> None:
    [pair] = alike(class_of(ada=MODEL, bob=INDEPENDENT, eve=OTHER_NAMES))
    assert (pair.first, pair.second, pair.equal, pair.similar, pair.of) == ("ada", "eve", [], ["01/01-a"], 1)


def test_lines_in_another_order_between_others_are_similar() -> None:
    lines = MODEL.strip().split("\n")
    moved = "\n".join([lines[3], *lines[:3], "print(total)", *lines[4:]])
    [pair] = alike(class_of(ada=MODEL, eve=moved))
    assert pair.similar == ["01/01-a"]


def test_a_copy_is_equal_whatever_its_blanks_and_comments() -> None:
    spaced = MODEL.replace("\n", "   # look\n\n")
    [pair] = alike(class_of(ada=MODEL, eve=spaced))
    assert (pair.equal, pair.similar) == (["01/01-a"], [])


def test_independent_and_short_answers_are_not_alike() -> None:
    assert alike(class_of(ada=MODEL, eve=INDEPENDENT)) == []
    assert alike(class_of(ada="median = hours[2] / 2", eve="median = hours[2] / 2")) == []


def test_what_most_of_the_class_wrote_is_no_sign() -> None:
    many = {f"s{number}": MODEL if number % 2 else OTHER_NAMES for number in range(20)}
    assert alike(class_of(**many)) == []
    [pair] = alike(class_of(**dict.fromkeys(many, INDEPENDENT), x=MODEL, y=OTHER_NAMES))
    assert (pair.first, pair.second) == ("x", "y")


def test_prose_is_compared_by_its_words() -> None:
    longer = f"{PROSE} That is why we deploy daily, and why nobody fears a Friday."
    rewritten = "An error costs less when the person who made it can still recall what was done; small steps help."
    answers = {"ada": longer, "bob": rewritten, "eve": f"{PROSE.upper()} I agree."}
    prints = {name: {"01/01-w": print_of([text], code=False)} for name, text in answers.items()}
    [pair] = alike(prints)
    assert (pair.first, pair.second) == ("ada", "eve")


def test_a_print_is_bounded_and_takes_any_text() -> None:
    draws = random.Random(1)
    text = " ".join(
        draws.choice(["if", "for", "while", "+", "-", "*", "(", ")", "[", "]", ".", ",", ":", "==", "lambda"])
        for _ in range(20_000)
    )
    assert len(print_of([text]).runs) == 400
    assert print_of(["\ud800 '''open \x00 \"", ""]).length > 0
    assert print_of([]) == AnswerPrint(digest=print_of([""]).digest, length=0)
