"""From the fields of a page to an answer of the interview. What was typed goes through the same readers as at the terminal.

A sign that is not marked is not answered. Only the box "No to all that I did not mark" makes the others a no. A sign
that is marked counts, whichever button is pressed: "I don't know" is then said of the others.

>>> from gravida.interview import Step
>>> answer_of(Step("pregnant", "pregnant", "Are you pregnant?"), Form({"given": ("yes",)}))
True
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from gravida.answers import Unclear, day, gestation, parse
from gravida.interview import Count, Step, Unsaid
from gravida.record_checks import MAX_DESCRIBED, MAX_ENTRIES
from gravida.web.site import Form

MARK = "mark-"
UNSAID = {"unsure": Unsaid.UNSURE, "declined": Unsaid.DECLINED}
SHORT = 60
"""Characters of an answer that anybody has a reason to type."""
LONGEST_GESTATION_DIGITS = 2


def answer_of(step: Step, form: Form) -> Any:
    """Return the answer to a step. Raises :class:`Unclear` with the name of the sentence that says what to do."""
    is_marked = any(form[f"{MARK}{index}"] for index in range(len(step.items)))
    return UNSAID[form["do"]] if form["do"] in UNSAID and not is_marked else READERS.get(step.kind, _number)(step, form)


def _marks(step: Step, form: Form) -> dict[str, bool | None]:
    rest = False if form["rest"] and form["do"] not in UNSAID else None
    found = {name: _mark(form[f"{MARK}{index}"], form[f"unsure-{index}"], rest) for index, (name, _) in enumerate(step.items)}
    unsure = any(form[f"unsure-{index}"] for index in range(len(step.items)))
    if not unsure and all(each is None for each in found.values()):
        raise Unclear("marks")
    return found


def _mark(marked: str, unsure: str, rest: bool | None) -> bool | None:  # noqa: FBT001  (the answer for all that was not marked)
    """Return what was said of one sign. Marked counts, whatever else was ticked."""
    return True if marked else None if unsure else rest


def _yes_no(step: Step, form: Form) -> bool:
    if form["given"] not in ("yes", "no"):
        raise Unclear("yes-no")
    return form["given"] == "yes"


def _choice(step: Step, form: Form) -> str:
    if form["given"] not in step.choices:
        raise Unclear("choice")
    return form["given"]


def _number(step: Step, form: Form) -> Any:
    return parse(step, _typed(form, "given", "number"))


def _how_many(step: Step, form: Form) -> Count:
    typed = _typed(form, "given", "how-many")
    most = MAX_DESCRIBED if step.id == "prior_pregnancies" else MAX_ENTRIES
    if typed.isascii() and typed.isdigit() and int(typed) > most:
        raise Unclear("too-many", count=most)
    found = parse(step, f"{typed}+" if form["more"] else typed)
    assert isinstance(found, Count)
    return found


def _gestation(step: Step, form: Form) -> str | tuple[str, str]:
    first, last = _weeks(form, "weeks", "days"), _weeks(form, "to-weeks", "to-days")
    if not first:
        raise Unclear("gestation")
    return gestation(f"{first}-{last}" if last else first)


def _weeks(form: Form, weeks: str, days: str) -> str:
    """Return weeks and days as they are written; nothing if neither was filled in."""
    found = form[weeks].strip(), form[days].strip()
    if not any(found):
        return ""
    if not all(each.isascii() and each.isdigit() and len(each) <= LONGEST_GESTATION_DIGITS for each in found if each) or not found[0]:
        raise Unclear("gestation")
    return "+".join(each for each in found if each)


def _date(step: Step, form: Form) -> date:
    return day(_typed(form, "date", "date").lower())


def _date_or_weeks(step: Step, form: Form) -> date | str | tuple[str, str]:
    has_date, has_weeks = bool(form["date"].strip()), any(form[name].strip() for name in ("weeks", "days", "to-weeks", "to-days"))
    if has_date and has_weeks:
        raise Unclear("both")
    if not (has_date or has_weeks):
        raise Unclear(step.kind)
    return _date(step, form) if has_date else _gestation(step, form)


def _typed(form: Form, name: str, problem: str) -> str:
    text = form[name].strip()
    if not text or len(text) > SHORT:
        raise Unclear(problem)
    return text


READERS: dict[str, Callable[[Step, Form], Any]] = {
    "signs": _marks, "ticks": _marks, "yes-no": _yes_no, "pregnant": _yes_no, "complete": _yes_no, "examined": _yes_no, "choice": _choice,
    "number": _number, "gestation": _gestation, "date": _date, "today": _date_or_weeks, "when": _date_or_weeks, "how-many": _how_many,
}  # fmt: skip
