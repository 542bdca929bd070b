"""What came of a pregnancy: the audit, which looks at whole moments, against the definitions asked of every single day."""

from datetime import date, timedelta

import numpy as np
import pytest
from random_flat import RandomTables
from test_engines_agree import by_pregnancy, rows_of

from gravida.audit.courses import CODE, STATUSES, SUPPORT
from gravida.audit.engine import Duck
from gravida.audit.intake import open_folder
from gravida.audit.needs import OWN, needs_of
from gravida.audit.outcomes import acts_of
from gravida.audit.records import record_on
from gravida.audit.run import Audit, audited
from gravida.cli import main
from gravida.evaluate import truth
from gravida.flat import TABLES
from gravida.logic import both, either, some
from gravida.prepare import prepare
from gravida.verdict import applies, clock_of, is_done, is_due_again, is_impossible

OPEN = ("inside", "not-stated")


class Day:
    """One recommendation on one day, by the reference engine."""

    def __init__(self, recommendation, actions, situation):
        world = situation.world
        self.who = applies(recommendation, world)
        self.clock = clock_of(recommendation, situation.today)
        self.overdue = self.clock == "after" and bool(recommendation.window and recommendation.window.deadline)
        self.open = self.clock in OPEN
        self.acted = acted(recommendation, actions, world)
        done, self.again = is_done(recommendation, actions, world) is True, is_due_again(recommendation, actions, world)
        self.overrun = self.who is True and done and self.again is True
        self.finished = self.who is True and done and self.again is not True
        unless = some(truth(each.node, world) for each in recommendation.unless)
        free = self.who is True and not self.finished
        self.impossible = free and is_impossible(recommendation, actions, world)
        self.unless = unless if free and not self.impossible else None
        self.clear = free and not self.impossible and unless is False
        self.unsure = free and not self.impossible and unless is None
        self.against = free and not self.impossible and unless is True


def acted(recommendation, actions, world):
    """Return whether the record shows the act of a recommendation in favour of it."""
    if not recommendation.favours or not recommendation.actions:
        return False
    found = [False if actions[name].done_when is None else truth(actions[name].done_when, world) for name in recommendation.actions]
    result = found[0]
    for each in found[1:]:
        result = either(result, each) if recommendation.free_choice else both(result, each)
    return result


def recordable(recommendation, actions):
    acts = [actions[name] for name in recommendation.actions]
    if not recommendation.favours:
        return any(act.done_when is not None and not act.days_since for act in acts)
    traced = [act.done_when is not None for act in acts]
    return any(traced) if recommendation.free_choice else all(traced)


def status(recommendation, actions, days, new):
    """Return what came of a recommendation, by the definitions. ``new`` says on which days one of its acts is first shown."""
    due = any((day.clear or day.finished) and day.open for day in days) or any(day.clear and day.overdue for day in days)
    if not recommendation.favours:
        pairs = [(days[max(number - 1, 0)], day) for number, day in enumerate(days) if new[number]]
        if any((before.clear or day.clear) and day.open for before, day in pairs):
            return "against-done"
        perhaps = [one for before, day in pairs if day.clock in (*OPEN, "uncertain") for one in (before, day)]
        if any(one.clear or one.unsure or one.who is None for one in perhaps):
            return "against-unknown"
        return "never" if not due else "against-heeded" if recordable(recommendation, actions) else "against-not-recordable"
    if due:
        if not recordable(recommendation, actions):
            return "due-not-recordable"
        if recommendation.repeat_days is None and any(actions[name].days_since for name in recommendation.actions):
            return "due-done-unknown" if any(day.acted is not False for day in days) else "due-not-done"
        in_time, overrun = any(day.acted is True and day.open for day in days), any(day.overrun and day.open for day in days)
        if in_time:
            return "due-done-late" if overrun else "due-done-in-time"
        if any(day.acted is True and day.clock == "after" for day in days):
            return "due-done-late"
        return "due-done-unknown" if any(day.acted is None for day in days) else "due-not-done"
    if any(day.unsure and (day.open or day.overdue) for day in days):
        return "unknown-contraindication"
    if any((day.clear or day.finished or day.unsure) and day.clock == "uncertain" for day in days):
        return "unknown-calendar"
    if any(day.who is None and (day.clock in (*OPEN, "uncertain") or day.overdue) for day in days):
        return "unknown-criterion"
    return "withheld" if any((day.against or day.impossible) and (day.open or day.overdue) for day in days) else "never"


FAMILIES = (("single-cervical-length", "cervix-at-anatomy-scan", "transvaginal-measurement"),
            ("transvaginal-cerclage", "emergency-cerclage", "transabdominal-cerclage", "cerclage-removal"))  # fmt: skip
"""Acts that one scan, or one entry of a stitch, may show together."""


def together(act, number, acts, new):
    """Return the names of what is first shown on a day with an act, and of what would be shown by the same."""
    family = next((each for each in FAMILIES if act.id in each), (act.id,))
    shown = [each for index, each in enumerate(acts) if new[number, index] and each.id in family]
    return {each.id for each in shown} | ({"serial-cervical-length"} if any(each.id == "single-cervical-length" for each in shown) else set())


def support(act, acts, chosen, days_of, new):
    """Return whether some current recommendation supports an act on the days on which it is first shown: the worst of them."""
    worst = 0
    for number in np.flatnonzero(new[:, acts.index(act)]):
        names = together(act, number, acts, new)
        pairs = [(days[max(number - 1, 0)], days[number]) for each, days in zip(chosen, days_of, strict=True) if each.favours and names & set(each.actions)]
        good = any((one.clear or one.unsure or one.finished) and day.open for before, day in pairs for one in (before, day))
        perhaps = any(
            (one.clear or one.unsure or one.finished or one.who is None) and day.clock in (*OPEN, "uncertain") for before, day in pairs for one in (before, day)
        )
        worst = max(worst, 1 if good else 2 if perhaps else 3)
    return SUPPORT[worst]


@pytest.mark.parametrize("seed", [41, 42])
def test_what_comes_of_a_pregnancy_is_what_every_single_day_says(knowledge, written, seed):
    tables = RandomTables(knowledge, needs_of(knowledge, audited(knowledge)), seed).draw(14)

    assert disagreements(knowledge, written(tables), by_pregnancy(tables))[0] == []


def test_what_comes_of_synthetic_pregnancies_with_much_in_them_is_what_every_single_day_says(knowledge, tmp_path):
    main(["synthesize", "-n", "1500", "--seed", "8", "--workers", "1", "--out", str(tmp_path / "made")], standalone_mode=False)
    pregnancies = by_pregnancy(rows_of(tmp_path / "made"))
    rich = sorted(pregnancies, key=lambda key: -sum(len(pregnancies[key][table]) for table in ("scans", "cerclages", "progestogens", "updates")))[:8]

    wrong, met = disagreements(knowledge, tmp_path / "made", {key: pregnancies[key] for key in rich})

    assert wrong == []
    assert {"due-done-in-time", "due-done-late", "due-not-done", "due-done-unknown", "supported"} <= met


def test_a_dating_that_changes_on_a_day_on_which_nothing_else_does_counts_where_only_lists_are_asked_about(knowledge, written):
    chosen = [each for each in audited(knowledge) if OWN not in needs_of(knowledge, [each]).atoms]
    tables = {name: [] for name in TABLES}
    for number in range(4):
        key = {"pregnancy_id": f"p{number}"}
        own = {"known_from": date(2026, 5, 1), "ended_on": date(2026, 8, 1), "pregnancy_last_period": date(2026, 1, 1)}
        tables["pregnancies"].append(key | own)
        tables["updates"].append(key | {"recorded_on": date(2026, 6, 20 + number), "pregnancy_last_period": date(2025, 10, 1)})

    wrong, met = disagreements(knowledge, written(tables), by_pregnancy(tables), chosen)

    asked = {each.key for each in chosen} | {act for each in chosen for act in each.actions}  # what other acts rest on is not read
    assert [each for each in wrong if each[1] in asked] == []
    assert "unknown-criterion" in met  # whether there is a stitch, when the window for birth opens under the new dating


def disagreements(knowledge, folder, pregnancies, chosen=None):
    """Return where the audit and the definitions differ for some pregnancies, and everything that was found."""
    chosen, engine = chosen or audited(knowledge), Duck()
    audit = Audit(engine, knowledge, open_folder(folder, engine), chosen)
    (portion,) = audit.intake.portions(100_000)
    timed, found = audit.add(portion)
    names = dict(engine.rows("SELECT pid, id FROM portion"))
    courses = {names[pid]: course for pid, course in zip(timed.pid.tolist(), timed.course.tolist(), strict=True)}

    wrong, met = [], set()
    for key, rows in pregnancies.items():
        for name, mine, theirs in compared(rows, knowledge, chosen, found, courses[key]):
            wrong += [(key, name, mine, theirs)] if mine != theirs else []
            met.add(mine)
    return wrong, met


def compared(rows, knowledge, chosen, found, course):
    """Yield, for one pregnancy, every status and every support by the definitions and by the audit."""
    (own,) = rows["pregnancies"]
    length = (own["ended_on"] - own["known_from"]).days + 1
    situations = [at(rows, own["known_from"] + timedelta(number), knowledge) for number in range(length)]
    acts = acts_of(knowledge.actions)
    shown = np.array([[truth(act.done_when, each.world) is True for act in acts] for each in situations])
    new = shown & ~np.vstack([np.zeros((1, len(acts)), dtype=bool), shown[:-1]])
    days_of = [[Day(each, knowledge.actions, situation) for situation in situations] for each in chosen]
    for number, (each, days) in enumerate(zip(chosen, days_of, strict=True)):
        own_acts = [index for index, act in enumerate(acts) if act.id in each.actions]
        yield each.key, status(each, knowledge.actions, days, new[:, own_acts].any(axis=1)), STATUSES[found.status[number, course]]
    counted = [each for each in chosen if knowledge.guidelines[each.guideline].status == "current" and not each.is_recalled]
    counted_days = [days for each, days in zip(chosen, days_of, strict=True) if each in counted]
    for index, act in enumerate(acts):
        yield act.id, support(act, acts, counted, counted_days, new), SUPPORT[found.support[index, course]]


def at(rows, day: date, knowledge):
    return prepare(record_on(rows, day), knowledge.meaning, knowledge.largest_k, day)


def test_every_status_has_a_number_of_its_own():
    assert sorted(CODE.values()) == list(range(len(STATUSES)))
