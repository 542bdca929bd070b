"""To which published groups a record belongs, each study for itself: nothing is averaged, and unknown stays unknown."""

from collections.abc import Iterator
from dataclasses import replace

from gravida.assessment import Centile, RiskFigure, RiskGroup, RiskStudy
from gravida.evaluate import World, fact, truth
from gravida.facts import Range, Scalar
from gravida.knowledge import Knowledge
from gravida.logic import Truth
from gravida.prepare import Situation
from gravida.risk import Centiles, Group, Relative, Result, Share, Study, Update, out_of
from gravida.units import weeks

ENDING = "pregnancy_ending"
"""The fact that says that this pregnancy is being lost: what befell others is no help then."""


def groups(situation: Situation, knowledge: Knowledge) -> Iterator[RiskStudy]:
    """Yield every study with a group that the record belongs to, or may; those it is known to belong to first."""
    if ENDING in knowledge.dictionary.facts and fact(ENDING, situation.world) is True:
        return
    found = [_study(each, situation, knowledge) for each in knowledge.risks.studies.values()]
    yield from sorted((each for each in found if each.groups), key=lambda each: not each.belongs)


def _study(study: Study, situation: Situation, knowledge: Knowledge) -> RiskStudy:
    belonging = [(each, _truth(each, situation.world)) for each in study.groups.values()]
    kept = tuple(_group(each, belongs, situation, knowledge) for each, belongs in _narrowest(study, belonging))
    reference = knowledge.references[study.cite]
    return RiskStudy(
        study=study.id, heading=study.heading, asks=study.asks, population=study.population, plain=study.plain, country=study.country, years=study.years,
        treated=study.treated, treatment=study.treatment, counted_from=study.counted_from, citation=reference.citation, url=reference.url, groups=kept,
        unlike=tuple(each.says for each in study.unlike if truth(each.when, situation.world) is True),
        out_of=out_of([share.share for each in study.groups.values() for result in each.results if (share := result.share)]), bands=study.bands,
        notes=study.notes,
    )  # fmt: skip


def said_of(study: RiskStudy) -> Iterator[tuple[str, float]]:
    """Yield the shares of the groups that a record is known to belong to, each with its name ``group/outcome``."""
    for group in study.groups:
        for each in group.figures if group.belongs else ():
            if each.share is not None:
                yield f"{group.group}/{each.outcome}", each.share


def _truth(group: Group, world: World) -> Truth:
    found = fact(group.fact, world)
    assert found is None or isinstance(found, bool)
    return found


def _narrowest(study: Study, belonging: list[tuple[Group, Truth]]) -> Iterator[tuple[Group, Truth]]:
    """Yield the groups that the record belongs to or may; of nested ones none that is wider than one it belongs to."""
    for group, belongs in belonging:
        if belongs is not False:
            yield group, belongs
        if belongs is True and study.nested:
            return


def _group(group: Group, belongs: Truth, situation: Situation, knowledge: Knowledge) -> RiskGroup:
    figures = tuple(_figure(each, situation, knowledge) for each in group.results)
    unknown = () if belongs else tuple(_open(group, situation.world, knowledge))
    return RiskGroup(group.id, group.label, group.plain, belongs, figures, unknown)


def _figure(result: Result, situation: Situation, knowledge: Knowledge) -> RiskFigure:
    outcome = knowledge.evidence.outcomes[result.outcome]
    about = RiskFigure(
        outcome.id, outcome.label, outcome.plain, result.condition, result.confidence, result.because, _is_over(outcome.until, situation.today.gestation_days)
    )
    return _filled(about, result)


def _filled(about: RiskFigure, result: Result) -> RiskFigure:
    match result.figure:
        case Relative(measure, estimate, low, high, against):
            return replace(about, measure=measure, estimate=estimate, low=low, high=high, against=against)
        case Update(ratio, before, source):
            return replace(about, measure="LR", estimate=ratio, before=before.share, against=source, share=result.figure.after.share)
        case Share(share, low, high, events, of):
            return replace(about, share=share, low=low, high=high, events=events, of=of)


def _is_over(until: int | None, gestation: Scalar) -> bool:
    earliest = gestation.low if isinstance(gestation, Range) else gestation
    return until is not None and isinstance(earliest, int | float) and earliest >= until


def _open(group: Group, world: World, knowledge: Knowledge) -> Iterator[str]:
    """Yield the labels of what is not known and would tell whether the record belongs here."""
    for leaf in dict.fromkeys(knowledge.index.leaves_of(knowledge.criteria[group.fact])):
        name = leaf.removeprefix("list:")
        if leaf != name:
            entries = world.lists.get(name)
            if entries is None or entries.missing:
                yield knowledge.dictionary.lists[name].label
        elif fact(name, world) is None:
            yield knowledge.dictionary.facts[name].words.label


def centiles(situation: Situation, knowledge: Knowledge) -> Iterator[Centile]:
    """Yield where each transvaginal length lies among published centiles of its weeks and number of babies."""
    plurality = fact("plurality", situation.world) if "plurality" in knowledge.dictionary.facts else None
    entries = situation.world.lists.get("scans")
    for entry in entries.described if entries else ():
        length, day = entry.get("cervical_length_mm"), entry.get("gestation_days")
        measured = isinstance(length, int | float) and isinstance(day, int | float) and entry.get("route") == "transvaginal"
        if measured and entry.get("after_cerclage") is False:
            for each in knowledge.risks.centiles:
                if each.plurality == plurality and each.start <= float(day) <= each.end:  # type: ignore[arg-type]
                    yield _centile(each, float(length), int(day), knowledge)  # type: ignore[arg-type]


def _centile(found: Centiles, length: float, day: int, knowledge: Knowledge) -> Centile:
    (above, above_mm), (below, below_mm) = (each or (None, None) for each in found.around(length))
    return Centile(found.population, knowledge.references[found.cite].citation, length, weeks(day), above, above_mm, below, below_mm, found.note)
