"""What stands in the report, section by section, in words and figures ready to be shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gravida.policies import Line
from gravida.simulate.result import PER, Z95, Result
from gravida.simulate.shown import Range, Scale, number, signed
from gravida.simulate.tally import LIMITS, MAIN, OUTCOMES
from gravida.simulate.uncertain import Swing, curve_of, is_uncertain
from gravida.synthesis import SHARE, Parameter
from gravida.units import weeks
from gravida.words import say

SECTIONS = ("answer", "takes", "needed", "sure", "policies", "open", "money", "method", "numbers")
TAKES = ("scans", "stitches", "stitches_not_needed", "progesterone_courses")
"""What is drawn of what each policy takes."""
METHOD = ("weeks", "complete", "luck", "effects", "births", "left", "alone")
MOST_SWINGS = 10
HUNDRED = 100

Shown = Mapping[str, object]


@dataclass(frozen=True)
class _Ends:
    """What one number at its ends makes of a difference in early ends, for 100,000 people."""

    swing: Swing
    low: float
    high: float

    @classmethod
    def of(cls, swing: Swing, place: int, outcome: int) -> "_Ends":
        low, high = (float((each[place, outcome] - each[0, outcome]) * PER) for each in (swing.low, swing.high))
        return cls(swing, low, high)

    def shown(self, found: float, scale: Scale) -> Shown:
        parameter = self.swing.parameter
        drawn = Range([scale.piece("to-low", found, self.low), scale.piece("to-high", found, self.high)], scale.at(found), None)
        low, high = (say(f"simulate.tornado.{end}", value=f"{value:g}") for end, value in (("low", parameter.low), ("high", parameter.high)))
        return {
            "about": parameter.about, "id": parameter.id, "low_end": low, "high_end": high, "low": signed(self.low), "high": signed(self.high), "range": drawn,
        }  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One report."""

    result: Result

    sections = SECTIONS
    method = METHOD

    @property
    def has_draws(self) -> bool:
        """Whether there are sensitivity draws."""
        return bool(self.result.draws)

    @cached_property
    def limits(self) -> dict[str, str]:
        """The gestations that are counted by, as they are written."""
        short = (name.removeprefix("outcome_").removesuffix("_early") for name in LIMITS)
        return {"early" if name == "early" else name: weeks(int(self.result.used[key].value)) for name, key in zip(short, LIMITS, strict=True)}

    @cached_property
    def labels(self) -> list[str]:
        """The names of the policies."""
        return [each.label for each in self.result.job.policies]

    def outcome(self, name: str) -> str:
        """Return what an outcome is called."""
        return say(f"simulate.outcomes.{name}", **self.limits)

    @property
    def what(self) -> Iterator[str]:
        """What was asked, a sentence each."""
        result, job = self.result, self.result.job
        setting = job.knowledge.population.settings[job.setting].label
        yield say("simulate.what.who", people=f"{job.people:,}", seed=job.seed, setting=setting, count=len(self.labels))
        yield say("simulate.what.first", policy=self.labels[0])
        yield say("simulate.what.decides")
        yield say("simulate.what.main", **self.limits)
        if self.has_draws:
            drawn = len(result.used) - len(result.held)
            yield say("simulate.what.draws", draws=f"{len(result.draws):,}", sample=f"{result.sample:,}", drawn=drawn, held=len(result.held))
        else:
            yield say("simulate.what.nodraws")
        if job.changes:
            yield say("simulate.what.changed", what=", ".join(f"{name} = {value:g}" for name, value in job.changes.items()))

    # --- early ends --------------------------------------------------------------------------------------------------

    @property
    def answer_lead(self) -> str:
        """How to read the picture."""
        return say("simulate.answer.lead", policy=self.labels[0], what=say("simulate.answer.draws" if self.has_draws else "simulate.answer.seeds"))

    @property
    def answer_caption(self) -> str:
        """What is counted."""
        return say("simulate.answer.caption", **self.limits)

    @property
    def answers(self) -> Iterator[Shown]:
        """A row for each policy."""
        scale = Scale.over([end for place in range(len(self.labels)) for end in self._ends(place)])
        for place, label in enumerate(self.labels):
            shown: dict[str, object] = {"label": label, "early": number(self.result.share(place, MAIN)), "early_error": self._error(place, MAIN)}
            if not place:
                yield shown | {"difference": say("simulate.answer.first"), "span": "", "range": None}
                continue
            low, high = self._ends(place)
            drawn = Range([scale.piece("span", low, high)], scale.at(0), scale.at(self.result.shift(place, MAIN)))
            text = say("simulate.answer.span", low=signed(low), high=signed(high))
            yield shown | {"difference": signed(self.result.shift(place, MAIN)), "span": text, "range": drawn}

    def _ends(self, place: int) -> tuple[float, float]:
        found, sure = self.result.shift(place, MAIN), Z95 * self.result.shift_error(place, MAIN)
        return self.result.shift_span(place, MAIN) or (found - sure, found + sure)

    def _error(self, place: int, outcome: str) -> str:
        error = float(self.result.totals.share_errors[place, OUTCOMES.index(outcome)] * PER)
        return say("simulate.answer.plus", error=number(error))

    # --- what it takes -----------------------------------------------------------------------------------------------

    @property
    def takes(self) -> Iterator[Shown]:
        """Scans, stitches and progesterone, each with a row for each policy."""
        for outcome in TAKES:
            most = max(self.result.share(place, outcome) for place in range(len(self.labels))) or 1
            yield {"label": self.outcome(outcome), "rows": [self._taken(place, outcome, most) for place in range(len(self.labels))]}

    def _taken(self, place: int, outcome: str, most: float) -> Shown:
        value, ends = self.result.share(place, outcome), self.result.share_span(place, outcome)
        told = say("simulate.answer.span", low=number(ends[0]), high=number(ends[1])) if ends else ""
        return {
            "label": self.labels[place],
            "value": number(value),
            "error": self._error(place, outcome),
            "span": told,
            "width": round(HUNDRED * value / most, 1),
        }

    @property
    def all_label(self) -> str:
        """What the table of everything is called."""
        return ", ".join(self.outcome(name) for name in ("losses", "ended_preterm", "stillbirths")) + " …"

    @property
    def names(self) -> list[str]:
        """The names of the policies, short."""
        return self.result.policies

    @property
    def all(self) -> Iterator[Shown]:
        """Every outcome under every policy."""
        for outcome in OUTCOMES:
            cells = [f"{number(self.result.share(place, outcome))} ({self._error(place, outcome)})" for place in range(len(self.labels))]
            yield {"label": self.outcome(outcome), "cells": cells}

    # --- how many it takes -------------------------------------------------------------------------------------------

    @property
    def needed_lead(self) -> str:
        """What is compared."""
        return say("simulate.needed.lead", policy=self.labels[0], **self.limits)

    @property
    def needed(self) -> Iterator[Shown]:
        """A row for each policy but the first."""
        for place in range(1, len(self.labels)):
            yield {"label": self.labels[place], "cells": [(say(f"simulate.needed.{whom}"), self._needed(place, whom)) for whom in ("screened", "treated")]}

    def _needed(self, place: int, whom: str) -> Shown:
        row = self.result.needed(place, whom)
        extra = self.result.shift(place, {"screened": "scanned", "treated": "treated"}[whom])
        if row["value"] is None:
            return {"value": say("simulate.needed.none" if extra > 0 else "simulate.needed.fewer"), "chance": "", "draws": ""}
        chance = self._limits(row["mc_low"], row["mc_high"])
        draws = ""
        if row["draws_without"] is not None:
            draws = self._limits(row["low"], row["high"])
            if float(str(row["draws_without"])) > 0:
                draws += "; " + say("simulate.needed.without", share=number(HUNDRED * float(str(row["draws_without"]))))
        return {"value": number(float(str(row["value"]))), "chance": chance, "draws": draws}

    @staticmethod
    def _limits(low: object, high: object) -> str:
        ends = (number(float(str(end))) if end is not None else say("simulate.needed.open") for end in (low, high))
        return say("simulate.needed.span", low=next(ends), high=next(ends))

    # --- how sure that is --------------------------------------------------------------------------------------------

    @property
    def best(self) -> Iterator[str]:
        """In how many draws each policy comes first."""
        order = sorted(enumerate(self.result.best()), key=lambda each: -each[1])
        yield from (say("simulate.sure.best", share=number(HUNDRED * share), policy=self.labels[place]) for place, share in order if share)

    @property
    def flips(self) -> Iterator[str]:
        """Values that turn the answer."""
        if not self.result.swings:
            yield say("simulate.sure.nottried")
        elif not self.result.flips:
            yield say("simulate.sure.noflip")
        named = {each.id: each.label for each in self.result.job.policies}
        for each in self.result.flips:
            below, above = named[each.fewer_below], named[each.fewer_above]
            yield say("simulate.sure.flip", about=each.parameter.about, value=f"{each.value:.3g}", below=below, above=above, id=each.parameter.id)

    @property
    def tornado(self) -> Iterator[Shown]:
        """For each policy, the numbers that move its difference most."""
        main = OUTCOMES.index(MAIN)
        for place in range(1, len(self.labels)) if self.result.swings else ():
            shares = self.result.swings[0].found
            found = float((shares[place, main] - shares[0, main]) * PER)
            most = sorted((_Ends.of(each, place, main) for each in self.result.swings), key=lambda each: -abs(each.high - each.low))[:MOST_SWINGS]
            scale = Scale.over([found, *(end for each in most for end in (each.low, each.high))])
            rows = [each.shown(found, scale) for each in most]
            yield {"label": self.labels[place], "found": say("simulate.tornado.found", value=signed(found)), "rows": rows}

    # --- policies and numbers ----------------------------------------------------------------------------------------

    @property
    def policies(self) -> Iterator[Shown]:
        """Each policy with all that it does."""
        for each in self.result.job.policies:
            because = say("simulate.policies.because", because=each.because) if each.because else ""
            source = say("simulate.policies.source", cite=each.cite, locator=each.locator) if each.cite else because
            lines = [self._line(line) for line in each.lines]
            yield {
                "id": each.id,
                "label": each.label,
                "says": each.says,
                "source": source,
                "habits": each.habits,
                "lines": lines,
                "leaves_out": each.leaves_out,
            }

    def _line(self, line: Line) -> Shown:
        share = self.result.used[line.uptake].value if isinstance(line.uptake, str) else line.uptake
        terms = [say("simulate.policies.taken", share=number(HUNDRED * share)), *self._when(line)]
        return {
            "act": say(f"simulate.acts.{line.act}"),
            "terms": ", ".join(terms),
            "basis": [self._basis(line, key) for key in line.recommendations],
            "because": line.because,
        }

    @staticmethod
    def _when(line: Line) -> Iterator[str]:
        first, last = (None if day is None else weeks(day) for day in (line.first, line.last))
        if first and last:
            yield say("simulate.policies.days", first=first, last=last)
        elif first or last:
            yield say("simulate.policies.from", first=first) if first else say("simulate.policies.to", last=last)
        if line.every:
            yield say("simulate.policies.every", days=line.every)
        if line.alone:
            yield say("simulate.policies.alone")

    def _basis(self, line: Line, key: str) -> str:
        found = self.result.job.knowledge.recommendations.get(key)
        if found is None:
            own = line.own.who.text if line.own and line.own.who else say("simulate.policies.everybody")
            return say("simulate.policies.own", who=own)
        return f"{say('simulate.policies.follows', key=key, stance=found.stance)}: {found.says}"

    @property
    def open(self) -> Iterator[str]:
        """For how many a guideline leaves something open, by policy."""
        yield from (f"{label}: {number(self.result.share(place, 'left_open'))}" for place, label in enumerate(self.labels))

    @property
    def numbers_lead(self) -> str:
        """How many are drawn."""
        held = len(self.result.held)
        return say("simulate.numbers.lead", drawn=len(self.result.used) - held, held=held)

    @property
    def numbers(self) -> Iterator[Shown]:
        """Every number: those that are drawn, and those that are not."""
        for name in ("drawn", "held"):
            rows = [_numbered(each) for each in self.result.used.values() if is_uncertain(each) == (name == "drawn")]
            yield {"label": say(f"simulate.numbers.{name}"), "rows": rows}


def _numbered(each: Parameter) -> Shown:
    limits = f"{each.low:g} to {each.high:g} ({curve_of(each)})" if is_uncertain(each) else ""
    value = each.shown if each.unit != SHARE else f"{each.value:g}"
    return {
        "about": each.about,
        "id": each.id,
        "value": value,
        "limits": limits,
        "source": f"{each.source} ({each.confidence})",
        "because": each.because or each.note,
    }
