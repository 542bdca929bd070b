"""Earlier pregnancies, examinations and symptoms as rows of the flat tables.

>>> ANSWERS[:3]
('heavy_bleeding', 'collapse', 'severe_pain')
"""

from collections.abc import Mapping

import numpy as np

from gravida.draws import Array
from gravida.record_model import Symptoms
from gravida.synthesize_people import ECTOPIC, FIRST, LOSS, NONE, SPONTANEOUS, TERMINATION
from gravida.synthesize_sheet import Cell, Sheet, cell, ordered, word
from gravida.synthesize_tables import Records, finite

OUTCOMES = ("live-birth", "stillbirth", "miscarriage", "termination", "ectopic")
ALIVE, STILL, MISCARRIED, ENDED, OUTSIDE = range(5)
ONSETS = ("spontaneous", "indicated")
STITCHES = ("none", "transvaginal", "transabdominal")
REASONS = ("history", "ultrasound")
ANSWERS = tuple(name for name in Symptoms.model_fields if name not in ("on", "at"))
EMERGENCIES = frozenset({"heavy_bleeding", "collapse", "severe_pain"})
OPEN, LABOUR, WORRIED = range(3)
MOST_DAYS = 5
"""Between broken waters and the end."""


def prior_pregnancies(records: Records) -> Sheet:
    """Return one row for each earlier pregnancy that is on record."""
    priors = records.people.priors
    row, key = np.nonzero(records.known.kept)
    kind, ended = priors.kind[row, key], priors.ended[row, key]
    late = ~np.isin(kind, (FIRST, ECTOPIC, TERMINATION, NONE))
    ranged = ((kind == LOSS) | (kind == SPONTANEOUS)) & records.happens("prior-range", "prior_range", row, key)
    half, told = records.chosen.days("prior_range_days"), ~records.happens("prior-ended-missing", "prior_ended_missing", row, key)
    cells = {
        "ended_days": cell(ended - np.where(ranged, half, 0), told),
        "ended_days_to": cell(ended + half, told & ranged),
        "outcome": word(_outcome(records, row, key), OUTCOMES, _said(records, row, key, "outcome")),
        "onset": word(np.where(priors.began_alone[row, key], 0, 1), ONSETS, late & _said(records, row, key, "onset")),
        "plurality": cell(np.ones(len(row), dtype=np.int64), _said(records, row, key, "plurality")),
    }
    return Sheet(row, {**cells, **_course(records, row, key, late), **_stitch(records, row, key, late)})


def _said(records: Records, row: Array, key: Array, name: str) -> Array:
    return np.asarray(~records.happens(f"prior-said-{name}", "prior_field_missing", row, key))


def _outcome(records: Records, row: Array, key: Array) -> Array:
    priors, before = records.people.priors, records.chosen.value("born_alive_from")
    kind, alive, ended = priors.kind[row, key], priors.alive[row, key], priors.ended[row, key]
    return np.select([kind == TERMINATION, kind == ECTOPIC, alive, ended >= before], [ENDED, OUTSIDE, ALIVE, STILL], MISCARRIED)


def _course(records: Records, row: Array, key: Array, late: Array) -> Mapping[str, Cell]:
    """Return how losses and births began. Broken waters, infection and abruption belong to those that were not painless."""
    priors = records.people.priors
    painless = priors.painless[row, key]
    preterm = priors.spontaneous[row, key]
    waters = preterm & ~painless & records.happens("prior-waters", "prior_pprom", row, key)
    infection = preterm & ~painless & records.happens("prior-infection", "prior_infection", row, key)
    abruption = preterm & ~painless & records.happens("prior-abruption", "prior_abruption", row, key)
    truths = {
        "painless_dilation": painless, "labour": priors.began_alone[row, key] & ~painless, "abruption": abruption, "infection": infection,
        "cause_found": infection | abruption, "waters_broke_before_labour": waters,
    }  # fmt: skip
    before = np.floor(records.draws.uniform("prior-waters-when", records.people.person[row], entry=key) * MOST_DAYS).astype(np.int64)
    found = {name: cell(true, late & _said(records, row, key, name)) for name, true in truths.items()}
    return found | {"waters_broke_days": cell(priors.ended[row, key] - before, waters & _said(records, row, key, "waters-when"))}


def _stitch(records: Records, row: Array, key: Array, late: Array) -> Mapping[str, Cell]:
    priors = records.people.priors
    stitch, said = priors.stitch[row, key], _said(records, row, key, "stitch")
    return {
        "cerclage_kind": word(stitch.astype(np.int64), STITCHES, late & said),
        "cerclage_indication": word(np.where(priors.stitch_by_history[row, key], 0, 1), REASONS, (stitch > 0) & said),
    }


def examinations(records: Records) -> Sheet:
    """Return examinations: of an open cervix, in preterm labour, and for worries that came to nothing."""
    care = records.care
    in_labour = care.ends.spontaneous & records.happens("labour-examined", "labour_examined")
    row, day, kind = ordered([finite(care.found_open), finite(np.where(in_labour, care.ends.days, np.inf)), finite(care.worried)])
    told = ~records.happens("finding", "finding_missing", row, kind)
    labour, opened = kind == LABOUR, kind == OPEN
    widest = np.select([opened, labour], [records.chosen.value("open_most_cm"), records.chosen.value("labour_most_cm")], 0.0)
    width = np.ceil(records.draws.uniform("dilation", records.people.person[row], entry=kind) * widest)
    exposed = opened & records.happens("exposed", "open_exposed", row)
    contracting = labour | (opened & records.happens("open-contracting", "open_contracting", row))
    truths = {
        "contractions": contracting, "in_labour": labour, "labour_progressing": labour, "membranes_exposed": exposed, "internal_os_change": opened | labour,
        "waters_broken": labour & records.happens("labour-waters", "labour_waters", row),
        "infection_signs": labour & records.happens("labour-infection", "labour_infection", row),
        "active_bleeding": labour & records.happens("labour-bleeding", "labour_bleeding", row),
    }  # fmt: skip
    cells = {name: cell(true, ~records.happens(f"finding-{name}", "finding_missing", row, kind)) for name, true in truths.items()}
    return Sheet(row, {"on": cell(records.date(row, day)), "dilation_cm": cell(width, told), **cells})


def symptoms(records: Records) -> Sheet:
    """Return what people said who came because they were worried."""
    row, day = finite(records.care.worried)
    person, value = records.people.person[row], records.chosen.value
    cells = {}
    for number, name in enumerate(ANSWERS):
        chance = value("worried_heavy" if name in EMERGENCIES else "worried_yes")
        answered = ~records.draws.happens("answered", person, value("worried_unanswered"), entry=number)
        cells[name] = cell(records.draws.happens("symptom", person, chance, entry=number), answered)
    return Sheet(row, {"on": cell(records.date(row, day.astype(np.int64))), **cells})
