"""The knowledge for a terminal: guidelines and facts, to read and to find one's way."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gravida.assess import heading, written_window
from gravida.cql import names, show
from gravida.facts import Derived, Observed, Pick, Truths, Type
from gravida.guideline import Guideline, Recommendation, conditions
from gravida.knowledge import Knowledge
from gravida.report_why import source
from gravida.units import weeks
from gravida.words import STANCES


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, no_wrap=index == 0)  # the name, which people copy, is never cut
    return table


def guideline_list(knowledge: Knowledge) -> RenderableType:
    """Return all guidelines: the name on screen, then the id to type and how much it says."""
    lines = []
    for each in knowledge.guidelines.values():
        recalled = sum(knowledge.recommendations[key].is_recalled for key in each.recommendations)
        unverified = f", {recalled} unverified" if recalled else ""
        superseded = "" if each.status == "current" else ", superseded"
        lines.append(Text(f"{each.heading} ({each.jurisdiction}{superseded})"))
        lines.append(Text(f"  {each.id}: {len(each.recommendations)} recommendations{unverified}", style="dim"))
    return Group(*lines, Text("\ngravida guidelines ID shows one.", style="dim"))


def guideline(found: Guideline, knowledge: Knowledge) -> RenderableType:
    """Return one guideline: what it is, and its recommendations by topic."""
    reference = knowledge.references.get(found.cite)
    facts = [found.heading, found.title, reference.citation if reference else "", reference.url if reference else "", found.status_note.strip()]
    table = _table("recommendation", "topic", "stance", "weeks")
    for key in found.recommendations:
        each = knowledge.recommendations[key]
        mark = (f" ({each.overlay_short})" if each.overlay else "") + (" (unverified)" if each.is_recalled else "")
        table.add_row(each.id + mark, each.topic, STANCES[each.stance].mark, written_window(each.window))
    return Group(*(Text(fact) for fact in facts if fact), Text(), table)


def recommendation(found: Recommendation, knowledge: Knowledge) -> RenderableType:
    """Return one recommendation whole: criterion, exclusions, weeks, source, notes."""
    lines = [
        Text(found.key, style="bold"),
        *([Text(heading(found, knowledge.guidelines[found.guideline]), style="bold")] if found.overlay else []),
        Text(f"who: {found.who.text if found.who else 'everyone'}"),
        *(Text(f"unless: {each.text}") for each in found.unless),
        *(Text(f"silent on: {each.text}") for each in found.silent_on),
        Text(f"weeks: {written_window(found.window) or 'not stated'}"),
        Text(f"action: {', '.join(knowledge.actions[each].label for each in found.actions) or 'none'}"),
        Text("plain: " + found.plain),
    ]
    return Group(*lines, *source(found, knowledge))


def fact_list(knowledge: Knowledge) -> RenderableType:
    """Return all facts, a line each; the bodies' own definitions last."""
    table = _table("name", "what", "is")
    for name, fact in sorted(knowledge.dictionary.facts.items(), key=lambda item: ("/" in item[0], item[0])):
        table.add_row(name, fact.words.label, fact.type.kind)
    return Group(table, Text("\ngravida facts NAME shows one.", style="dim"))


def fact(name: str, knowledge: Knowledge) -> RenderableType:
    """Return one fact: what it means, how it is asked, what makes it true, and who uses it."""
    found = knowledge.dictionary.facts[name]
    rows = {
        "name": name, "what": found.words.label, "meaning": found.words.meaning, "kind": kind(found.type), "asked as": found.words.question,
        "not before": weeks(found.words.obtainable_from) if found.words.obtainable_from is not None else "",
        "comes from": _origin(found), "criterion": show(knowledge.criteria[name]) if name in knowledge.criteria else "",
        "note": knowledge.notes[name].note, "provenance": knowledge.notes[name].provenance,
    }  # fmt: skip
    table = Table.grid(padding=(0, 2))
    for label, text in rows.items():
        if text:
            table.add_row(Text(label, style="dim"), text)
    users = [key for key, each in knowledge.recommendations.items() if any(name in names(condition.node) for condition in conditions(each))]
    return Group(table, Text("used by", style="dim"), Padding(Text("\n".join(users) or "no recommendation directly"), (0, 0, 0, 2)))


def kind(type_: Type) -> str:
    """Return a type in words, with its range or its words."""
    if type_.values:
        return "one of " + ", ".join(type_.values)
    if type_.low is None or type_.high is None:
        return type_.kind
    ends = (weeks(int(type_.low)), weeks(int(type_.high))) if type_.kind == "gestation" else (f"{type_.low:g}", f"{type_.high:g}")
    return f"{type_.kind}, {ends[0]} to {ends[1]}"


def _origin(fact: Observed | Truths | Pick | Derived) -> str:
    match fact:
        case Observed(path=path):
            return f"the record's {path}"
        case Truths(list=name):
            return f"one truth for each of the record's {name}"
        case Pick(list=name, take=take, value=value, valid_for_days=days):
            limit = f", not older than {days} days" if days is not None else ""
            return f"the {take} {value} among the record's {name}{limit}"
        case Derived():
            return "other facts"
