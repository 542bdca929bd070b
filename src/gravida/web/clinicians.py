"""The room for clinicians: the record's form beside everything that the guidelines say of it, on one screen.

There is one address for the form. What a button does stands in its value (``do``): it changes the form, or asks for
something to be shown with it. Without a script each is a page; the page's own script asks for the part that has changed.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from gravida.explain import why
from gravida.knowledge import Knowledge, Reference
from gravida.prepare import prepare
from gravida.record import plain, with_blanks, write_record
from gravida.report_map import NAMES
from gravida.risk_lines import belonging, centile_line, effect_line
from gravida.web.clinicians_files import Opened, opened
from gravida.web.clinicians_form import AS_OF, Section, section_names, sections
from gravida.web.clinicians_judge import Judged, Wanted, bodies, countries, judged, wanted_of
from gravida.web.clinicians_map import FIRST_ACTION, actions, drawn
from gravida.web.clinicians_note import note, pregnancy_line
from gravida.web.clinicians_typed import Typed, added, removed, rest_no, typed_of
from gravida.web.clinicians_view import fills, headings, matrix, named, sign_button, times, topics
from gravida.web.site import Form, Problem, Site, download
from gravida.words import STANCES, TIERS, VERDICTS, ended, leans, say, seen

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_day(text: str) -> bool:
    """Return whether a browser can show a text as a day; any other text is shown as it was typed."""
    try:
        return bool(DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def country_name(code: str) -> str:
    """Return the name of a country."""
    return say(f"web.base.countries.{code}")


RESULT = "clinicians_result.html"
PARTS = {"why": "clinicians_why.html", "map": "clinicians_map.html", "matrix": "clinicians_matrix.html"}
"""What can be shown with the result, and its template."""
SHOWN_WITH_RESULT: dict[str, Any] = {
    "STANCES": STANCES, "VERDICTS": VERDICTS, "TIERS": TIERS, "NAMES": NAMES, "ended": ended, "leans": leans, "seen": seen,
    "named": named, "effect_line": effect_line, "centile_line": centile_line, "pregnancy_line": pregnancy_line,
    "is_day": is_day, "country_name": country_name,
}  # fmt: skip


def routes(site: Site) -> Sequence[Route]:
    """Return the routes of this room."""
    return [
        site.page("/clinicians", start, "GET"),
        site.page("/clinicians", desk, "POST"),
        site.page("/clinicians/open", open_record, "POST"),
        site.page("/clinicians/record.yaml", partial(save, "yaml"), "POST"),
        site.page("/clinicians/record.json", partial(save, "json"), "POST"),
    ]


def start(site: Site, form: Form) -> Response:
    """Show a form in which nothing stands but today. What an address says is not read: a record never travels in one."""
    return _page(site, Typed({AS_OF: site.today().isoformat()}), Wanted())


def desk(site: Site, form: Form) -> Response:
    """Show the form and its result; to the page's own script, the part that it asked for."""
    verb, _, what = form["do"].partition(" ")
    typed, focus = _changed(typed_of(form, site.knowledge), verb, what.split(" "), site.knowledge)
    found = judged(typed, wanted_of(form, site.knowledge), site.knowledge)
    shown = _part(verb, what, found, site.knowledge)
    if form.partial:
        values = shown if verb in PARTS else _result(found, site.knowledge)
        return site.render(PARTS.get(verb, RESULT), is_partial=True, **SHOWN_WITH_RESULT, **values)
    return _page(site, typed, found.wanted, judged_before=found, focus=focus, shown=verb if verb in PARTS else "", **shown)


def open_record(site: Site, form: Form) -> Response:
    """Show the form of what somebody opened, with how it was read; or say what keeps it from being read."""
    found = opened(form, site.knowledge, site.today())
    status = 200 if found.typed or found.people else 422
    return _page(site, found.typed or Typed({AS_OF: site.today().isoformat()}), Wanted(), status=status, opened=found)


def save(form_of_file: str, site: Site, form: Form) -> Response:
    """Return the record as a file; with a fault in it, the page that says which."""
    typed = typed_of(form, site.knowledge)
    found = judged(typed, wanted_of(form, site.knowledge), site.knowledge)
    if found.record is None or found.left_out:
        return _page(site, typed, found.wanted, status=422, judged_before=found)
    record = with_blanks(found.record)
    if form_of_file == "json":
        return download(json.dumps(plain(record), ensure_ascii=False, indent=2) + "\n", "application/json", "record.json")
    return download(write_record(record), "application/yaml", "record.yaml")


# --- the form ----------------------------------------------------------------------------------------------------------


def _changed(typed: Typed, verb: str, what: Sequence[str], knowledge: Knowledge) -> tuple[Typed, str]:
    """Return the form after a button, and the field that the person goes on in."""
    section = section_names(knowledge).get(what[0])
    number = int(what[1]) if len(what) > 1 and what[1].isdecimal() else -1
    if verb == "go":
        return typed, what[0]
    if section is None or not section.is_list:
        return typed, ""
    if verb in ("add", "new"):
        grown, new = added(typed, section)
        return grown, f"{section.name}[{new}].{what[1] if verb == 'new' and len(what) > 1 else section.fields[0].source}"
    changes: Mapping[str, Callable[[Typed, Section, int], Typed]] = {"remove": removed, "rest-no": rest_no}
    return (changes[verb](typed, section, number), f"section-{section.name}") if verb in changes else (typed, "")


def _page(
    site: Site, typed: Typed, wanted: Wanted, *, status: int = 200, judged_before: Judged | None = None, opened: Opened | None = None, focus: str = "",
    shown: str = "", **values: Any,
) -> Response:  # fmt: skip
    found = judged_before or judged(typed, wanted, site.knowledge)
    return site.render(
        "clinicians.html", status, is_partial=False, opened=opened or Opened(), focus=focus, shown=shown,
        countries=countries(site.knowledge), bodies=bodies(site.knowledge), declarations=site.knowledge.sources.declarations,
        map_actions=actions(site.knowledge), blank=Typed(), **SHOWN_WITH_RESULT, **{**_result(found, site.knowledge), **values},
    )  # fmt: skip


# --- the result --------------------------------------------------------------------------------------------------------


def _result(found: Judged, knowledge: Knowledge) -> dict[str, Any]:
    """Return what the template of the result shows."""
    assessment = found.assessment
    told: dict[str, Any] = {"judged": found, "typed": found.typed, "assessment": assessment, "sections": sections(knowledge)}
    if assessment is None:
        return told
    return {
        **told, "topics": topics(assessment, found.wanted), "fills": fills(found, knowledge), "sign_button": sign_button(found, knowledge),
        "times": times(assessment), "whose": headings(assessment), "groups": list(belonging(assessment.risks)), "note": note(assessment),
    }  # fmt: skip


def _part(verb: str, what: str, found: Judged, knowledge: Knowledge) -> dict[str, Any]:
    """Return what a template shows beside the result. Raises :class:`Problem` for what is not there."""
    if verb == "why":
        return _why(what, found, knowledge)
    if verb == "map":
        return _map(what, found, knowledge)
    if verb == "matrix":
        return {"matrix": matrix(found.assessment, found.wanted) if found.assessment else None}
    return {}


def _why(key: str, found: Judged, knowledge: Knowledge) -> dict[str, Any]:
    recommendation = knowledge.recommendations.get(key)
    if recommendation is None:
        raise Problem(404)
    if found.record is None or found.record.as_of is None:
        return {"reason": None, "recommendation": recommendation, "reference": _reference(recommendation.source.cite, knowledge)}
    situation = prepare(found.record, knowledge.meaning, knowledge.largest_k)
    return {
        "reason": why(recommendation, situation, knowledge),
        "recommendation": recommendation,
        "reference": _reference(recommendation.source.cite, knowledge),
    }


def _reference(cite: str, knowledge: Knowledge) -> Reference | None:
    return knowledge.references.get(cite)


def _map(action: str, found: Judged, knowledge: Knowledge) -> dict[str, Any]:
    chosen = action or FIRST_ACTION
    if chosen not in actions(knowledge):
        raise Problem(404)
    if found.record is None or found.record.as_of is None:
        return {"map": None, "map_action": chosen}
    situation = prepare(found.record, knowledge.meaning, knowledge.largest_k)
    shown = None if situation.today.pregnant is False else drawn(situation, knowledge, chosen)
    return {"map": shown, "map_action": chosen}
