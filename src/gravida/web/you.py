"""For you: one question a page, and then what guidelines say, in plain words. Nothing is kept.

The whole interview travels in one hidden field. Signs that need help come first and stop everything else; whatever was
not answered of them stays on every page. Every answer of a page goes to this one address, with what to ``do``.
"""

from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.routing import Route

from gravida.answers import Unclear
from gravida.fhir_files import looks_like_fhir
from gravida.interview import Interview, Step
from gravida.interview_kept import Torn, again, asked_in, packed, unpacked
from gravida.record import RecordError, read_record
from gravida.safety import red_flags, unanswered
from gravida.web.site import Form, Site
from gravida.web.you_form import MARK, answer_of
from gravida.web.you_result import result_values
from gravida.web.you_take import calendar_file, kept_file
from gravida.web.you_told import about
from gravida.words import TIERS, say


def routes(site: Site) -> Sequence[Route]:
    """Return the routes of this room."""
    return [site.page("/you", start), site.page("/you", posted, "POST", name="/you posted")]


def start(site: Site, form: Form) -> Response:
    """Say what this is, and offer to begin or to open a file."""
    return site.render("you_start.html", problem="", lines=())


def posted(site: Site, form: Form) -> Response:
    """Do what a button of any page of this room says."""
    if form["do"] == "start":
        return _next(site, Interview(site.knowledge, site.today()), frozenset())
    if form["do"] == "open":
        return _opened(site, form)
    if form["do"] == "delete":
        return site.render("you_gone.html")
    try:
        interview, seen = unpacked(form["state"], site.knowledge, site.today())
        return DEEDS.get(form["do"], _answered)(site, form, interview, seen)
    except (Torn, RecordError):  # a record error also if what was before an answer was changed on the way
        return site.render("you_start.html", 400, problem=say("web.you.errors.torn"), lines=())


Deed = Callable[[Site, Form, Interview, frozenset[str]], Response]


# --- beginning ---------------------------------------------------------------------------------------------------------


def _opened(site: Site, form: Form) -> Response:
    """Go on from a file. Whatever is wrong with it is said, and nothing of it is kept."""
    raw = form.uploads.get("file", b"")
    if not raw.strip():
        return site.render("you_start.html", 400, problem=say("web.you.errors.no-file"), lines=())
    if looks_like_fhir(raw):
        return site.render("you_start.html", 400, problem=say("web.you.errors.fhir"), lines=())
    name = say("web.you.your-file")
    try:
        record = read_record(raw, name, site.knowledge.dictionary, as_of=site.today())
    except RecordError as error:
        return site.render("you_start.html", 400, problem=say("web.you.errors.cannot-read"), lines=[str(each) for each in error.problems[:10]])
    interview = Interview.resume(record, site.knowledge, site.today(), asked_in(raw.decode("utf-8")))
    return _next(site, interview, frozenset())


# --- questions ---------------------------------------------------------------------------------------------------------


def _answered(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    """Take an answer, and show what comes next; what cannot be read is asked again, with what was typed."""
    step = interview.step()
    if step is None or form["step"] != step.id:  # sent twice, or from a page of before: the question of now is shown
        return _next(site, interview, seen)
    try:
        given = answer_of(step, form)
        interview.answer(step, given, confirmed=_is_meant(interview, step, given, form))
    except Unclear as error:
        return _question(site, interview, step, seen, form, _unclear(error))
    except RecordError as error:
        problem = error.problems[0]
        return _question(site, interview, step, seen, form, say("web.you.unclear.record", found=problem.found, expected=problem.expected))
    return _next(site, interview, seen, asks=form["do"] != "result")


def _unclear(error: Unclear) -> str:
    return say(f"web.you.unclear.{error.name}", **error.values)


def _is_meant(interview: Interview, step: Step, given: object, form: Form) -> bool:
    """Return whether a length that could be in centimetres is meant. Raises :class:`Unclear` until somebody says so."""
    limit = interview.suspicious_below(step)
    if limit is None or not isinstance(given, str) or float(given) >= limit:
        return False
    if form["meant"]:
        return True
    raise Unclear("short", found=given)


def _next(site: Site, interview: Interview, seen: frozenset[str], *, asks: bool = True) -> Response:
    """Show a warning that was not read yet, else the next question, else the result; without ``asks`` no question."""
    flags = [flag for flag in red_flags(interview.situation(), site.knowledge) if flag.recommendation not in seen]
    if flags:
        urgent = any(flag.tier == "now" and not flag.contradicts for flag in flags)
        read = seen | {flag.recommendation for flag in flags}
        return site.render("you_warning.html", flags=flags, urgent=urgent, state=packed(interview, read), unanswered=())
    step = interview.step() if asks else None
    return _result(site, Form(), interview, seen) if step is None else _question(site, interview, step, seen)


def _question(site: Site, interview: Interview, step: Step, seen: frozenset[str], form: Form | None = None, problem: str = "") -> Response:
    settled, total = interview.progress()
    situation = interview.situation()
    skipped = list(unanswered(situation, site.knowledge)) if any(f"signs-{tier}" in interview.asked for tier in TIERS) else []
    standing = [flag for flag in red_flags(situation, site.knowledge) if flag.recommendation in seen]
    return site.render(
        "you_question.html", 400 if problem else 200, step=step, about=about(step, interview), state=packed(interview, seen),
        form=form or Form(), problem=problem, settled=settled, total=total, number=len(interview.past) + 1,
        skipped=skipped if step.kind != "signs" else [], flags=standing,
        may_decline=step.kind not in ("signs", "complete", "when"), is_short=bool(problem and interview.suspicious_below(step)),
        whole=step.kind == "number" and step.type is not None and step.type.kind == "integer",
    )  # fmt: skip


def _back(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    if not interview.back():
        return start(site, form)
    step = interview.step()
    return _result(site, form, interview, seen) if step is None else _question(site, interview, step, seen)


def _ask_again(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    """Ask the signs again that were not answered."""
    for tier in TIERS:
        if f"signs-{tier}" in interview.asked:
            again(interview, f"signs-{tier}")
    return _next(site, interview, seen)


def _go_on(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    return _next(site, interview, seen)


# --- the result --------------------------------------------------------------------------------------------------------


def _result(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    values = result_values(interview, site.knowledge, everything=form["do"] == "everything")
    return site.render("you_result.html", state=packed(interview, seen), can_go_back=bool(interview.past), is_done=interview.step() is None, **values)


def _so_far(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    """Show what there is so far. What was marked before the button was pressed counts first: it may need help now."""
    step = interview.step() if any(name.startswith(MARK) for name in form.values) else None
    return _result(site, form, interview, seen) if step is None else _answered(site, form, interview, seen)


def _calendar(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    return calendar_file(interview, site.knowledge)


def _save(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    return kept_file(interview)


def _save_json(site: Site, form: Form, interview: Interview, seen: frozenset[str]) -> Response:
    return kept_file(interview, form="json")


DEEDS: dict[str, Deed] = {
    "back": _back, "again": _ask_again, "go-on": _go_on, "result": _so_far, "everything": _result, "calendar": _calendar,
    "save": _save, "save-json": _save_json,
}  # fmt: skip
