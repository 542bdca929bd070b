"""From people and their care to the rows of the flat tables, with what a record leaves out.

>>> ENDS
('live-birth', 'stillbirth', 'miscarriage')
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gravida.draws import Array, Draws
from gravida.synthesize_care import BY_EXAMINATION, INDICATIONS, REASONS, Care
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_known import NOT_SAID, SAID_COMPLETE, Known
from gravida.synthesize_people import People
from gravida.synthesize_sheet import Cell, Sheet, cell, ordered, word
from gravida.units import TERM_LENGTH_DAYS

ENDS = ("live-birth", "stillbirth", "miscarriage")
ROUTES = ("transvaginal", "transabdominal")
TECHNIQUES = ("mcdonald", "shirodkar")
BY_DUE_DATE, BY_PERIOD, BY_RANGE, UNDATED = range(4)
LISTS_STATED = ("scans", "cerclages", "progestogens")


@dataclass
class Records:
    """Writes down what is known of these people. ``confirm_below_mm`` is the length below which a record asks whether it is meant."""

    draws: Draws
    people: People
    known: Known
    care: Care
    chosen: Chosen
    booked: Array
    confirm_below_mm: float

    def __post_init__(self) -> None:
        value, person = self.chosen.value, self.people.person
        shares = np.array([value("dated_by_due_date"), value("dated_by_period"), value("dated_by_range")])
        self.dated = self.draws.choice("dated", person, np.append(shares, 1 - shares.sum()))
        most = value("period_error")
        self.slip = np.floor(self.draws.uniform("period-error", person) * (2 * most + 1) - most).astype(np.int64)
        self.stated = self.happens("lists-stated", "lists_stated")

    def happens(self, decision: str, parameter: str, rows: Array | None = None, entry: Array | int | None = None) -> Array:
        """Return for whom, or for which rows, something happens with the chance of a parameter."""
        person = self.people.person if rows is None else self.people.person[rows]
        return self.draws.happens(decision, person, self.chosen.value(parameter), entry=entry)

    def date(self, rows: Array, day: Array) -> Array:
        """Return gestations as days since 1970."""
        return np.asarray(self.people.start[rows] + day)

    def seen_gestation(self, rows: Array, day: Array) -> Array:
        """Return the gestation that the record has for a day: where only the last period dates, it may be off."""
        return np.asarray(day - np.where(self.dated[rows] == BY_PERIOD, self.slip[rows], 0))

    # --- pregnancies -----------------------------------------------------------------------------------------------

    def pregnancies(self) -> Sheet:
        """Return one row for each pregnancy, as it was known at the first visit."""
        ends, rows = self.care.ends, np.arange(len(self.people))
        miscarried = ends.days < self.chosen.value("born_alive_from")
        cells = {
            "site": word(self.people.site, tuple(site.id for site in self.chosen.sites)),
            "known_from": cell(self.date(rows, self.booked)),
            "ended_on": cell(self.date(rows, ends.days)),
            "ended_days": cell(ends.days),
            "ended_how": word(np.where(ends.alive, 0, np.where(miscarried, 2, 1)), ENDS),
        }
        return Sheet(rows, {**cells, **self._dating(rows), **self._history(), **self._conditions(), **self._lists()})

    def _dating(self, rows: Array) -> Mapping[str, Cell]:
        half = self.chosen.days("range_days")
        ranged = self.dated == BY_RANGE
        period = (self.dated == BY_PERIOD) | ((self.dated == BY_DUE_DATE) & self.happens("period-also", "period_also"))
        least = np.maximum(self.booked - half, self.chosen.days("booking_earliest"))
        return {
            "pregnancy_due_date": cell(self.date(rows, np.full(len(rows), TERM_LENGTH_DAYS)), self.dated == BY_DUE_DATE),
            "pregnancy_last_period": cell(self.people.start + self.slip, period),
            "pregnancy_gestation_at_days": cell(least, ranged),
            "pregnancy_gestation_at_days_to": cell(self.booked + half, ranged),
            "pregnancy_gestation_on": cell(self.date(rows, self.booked), ranged),
            "pregnancy_plurality": cell(self.people.babies, ~self.happens("plurality-missing", "plurality_missing")),
        }

    def _history(self) -> Mapping[str, Cell]:
        known, priors = self.known, self.people.priors
        total = priors.exists.sum(axis=1)
        says_none = (known.said == SAID_COMPLETE) | (total == 0) | known.kept.any(axis=1)
        return {
            "prior_pregnancies_known": cell(np.ones(len(total), dtype=bool), known.listed & says_none),
            "prior_pregnancies_complete": cell(known.said == SAID_COMPLETE, known.listed & says_none & (known.said != NOT_SAID)),
            "prior_pregnancies_total": cell(total, self.happens("total-stated", "total_stated")),
            "conditions_earlier_cervical_insufficiency": cell(known.painless, known.listed & self.happens("conditions-stated", "conditions_stated")),
        }

    def _conditions(self) -> Mapping[str, Cell]:
        stated = self.happens("conditions-stated", "conditions_stated")
        found = {f"conditions_{name}": cell(true, stated) for name, true in self.people.conditions.items()}
        nothing = np.zeros(len(self.people), dtype=bool)
        names = ("pregnancy_fetal_death", "pregnancy_miscarriage_in_progress", "plans_anomaly_scan_done", "plans_specialist_referral")
        return found | {name: cell(nothing, self.stated) for name in names}

    def _lists(self) -> Mapping[str, Cell]:
        everybody = np.ones(len(self.people), dtype=bool)
        procedures = cell(everybody, self.happens("procedures-stated", "procedures_stated"))
        return {f"{name}_known": cell(everybody, self.stated) for name in LISTS_STATED} | {"cervical_procedures_known": procedures}

    def updates(self) -> Sheet:
        """Return what became known later: a referral, the scan of the baby, a plan for removal."""
        care = self.care
        planned = np.where(care.stitches.placed & ~care.stitches.abdominal & self.happens("removal-plan", "removal_plan"), care.stitches.day, np.inf)
        row, day, kind = ordered([finite(days) for days in (care.referred, care.anatomy, planned)])
        yes = np.ones(len(row), dtype=bool)
        return Sheet(row, {
            "recorded_on": cell(self.date(row, day)),
            "plans_specialist_referral": cell(yes, kind == 0),
            "plans_anomaly_scan_done": cell(yes, kind == 1),
            "pregnancy_lethal_anomaly": cell(~yes, kind == 1),
            "plans_removal_plan": cell(yes, kind == 2),  # noqa: PLR2004  (the third of three)
        })  # fmt: skip

    # --- scans and treatments --------------------------------------------------------------------------------------

    def scans(self) -> Sheet:
        """Return one row for each scan of the cervix."""
        scans = self.care.scans
        row, day, key = scans.row, scans.day, scans.column
        undated = self.happens("scan-date", "scan_date_missing", row, key)
        by_gestation = ~undated & self.happens("scan-gestation", "scan_gestation_only", row, key)
        late = self.happens("recorded-late", "recorded_late", row, key)
        after = np.ceil(self.draws.uniform("recorded-late-by", self.people.person[row], entry=key) * self.chosen.value("recorded_late_days"))
        short = scans.shown <= self.chosen.value("act_at_mm")
        funnel = np.where(short, self.happens("funnel", "funnel_short", row, key), self.happens("funnel", "funnel_long", row, key))
        measured = ~self.happens("length-missing", "length_missing", row, key)
        return Sheet(row, {
            "recorded_on": cell(self.date(row, day + np.where(late, after, 0).astype(np.int64)), late | undated | by_gestation),
            "on": cell(self.date(row, day), ~undated & ~by_gestation),
            "at_days": cell(self.seen_gestation(row, day), by_gestation),
            "route": word(np.where(scans.vaginal, 0, 1), ROUTES, ~self.happens("route-missing", "route_missing", row, key)),
            "cervical_length_mm": cell(scans.shown, measured),
            "funnelling": cell(funnel, scans.vaginal),
            "reason": word(scans.reason, REASONS),
            "confirmed": cell(np.ones(len(row), dtype=bool), measured & (scans.shown < self.confirm_below_mm)),
        })  # fmt: skip

    def cerclages(self) -> Sheet:
        """Return each stitch, and a later row of the same entry for its removal."""
        stitches, value = self.care.stitches, self.chosen.value
        placed, ends = stitches.placed, self.care.ends.days
        planned = value("removal_from") + np.floor(self.draws.uniform("removal", self.people.person) * value("removal_days"))
        removed = placed & ~stitches.abdominal & self.happens("removal-recorded", "removal_recorded")
        row, day, kind = ordered([finite(stitches.day), finite(np.where(removed, np.minimum(planned, ends), np.inf))])
        technique = word(self.happens("shirodkar", "shirodkar", row).astype(np.int64), TECHNIQUES, self._technique_known(row))
        said = (stitches.indication[row] == BY_EXAMINATION) | ~self.happens("stitch-indication", "stitch_indication_missing", row)
        return Sheet(row, {
            "entry": cell(np.ones(len(row), dtype=np.int64)),
            "recorded_on": cell(self.date(row, day), kind == 1),
            "placed_on": cell(self.date(row, np.where(placed, stitches.day, 0).astype(np.int64)[row])),
            "kind": word(stitches.abdominal[row].astype(np.int64), ROUTES),
            "technique": technique,
            "indication": word(stitches.indication[row], INDICATIONS, said),
            "removed": cell(kind == 1),
            "complications": cell(self.happens("complications", "complications", row)),
        })  # fmt: skip

    def _technique_known(self, row: Array) -> Array:
        return np.asarray(~self.care.stitches.abdominal[row] & ~self.happens("technique-unknown", "technique_unknown", row))

    def progestogens(self) -> Sheet:
        """Return each treatment, and a later row of the same entry for its end."""
        hormones = self.care.hormones
        stopped = np.where(hormones.given & (hormones.until < self.care.ends.days), hormones.until, np.inf)
        row, day, kind = ordered([finite(hormones.day), finite(stopped)])
        injected = hormones.injected[row].astype(np.int64)
        return Sheet(row, {
            "entry": cell(np.ones(len(row), dtype=np.int64)),
            "recorded_on": cell(self.date(row, day)),
            "drug": word(injected, ("progesterone", "17-ohpc")),
            "route": word(injected, ("vaginal", "intramuscular")),
            "current": cell(kind == 0),
        })  # fmt: skip

    def cervical_procedures(self) -> Sheet:
        """Return each excision that is on record."""
        row = np.nonzero((self.people.excision_mm > 0) & self.happens("procedures-stated", "procedures_stated"))[0]
        return Sheet(row, {
            "kind": word(self.people.excision_is_cone[row].astype(np.int64), ("lletz", "cone")),
            "depth_mm": cell(self.people.excision_mm[row], self.happens("depth-stated", "depth_stated", row)),
        })  # fmt: skip


def finite(days: Array) -> tuple[Array, Array]:
    """Return for whom there is a day, and which."""
    row = np.nonzero(np.isfinite(days))[0]
    return row, days[row]
