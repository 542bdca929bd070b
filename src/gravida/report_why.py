"""The reasons for one verdict, for a terminal: the criterion as a tree, then the source behind it."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from gravida.assess import heading
from gravida.explain import Reason, Step
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.words import STANCES, VERDICTS, say, seen

TRUTH = {True: ("yes", "green"), False: ("no", "red"), None: ("not known", "yellow")}


def render(reason: Reason, knowledge: Knowledge) -> RenderableType:
    """Return everything about one verdict."""
    recommendation = reason.recommendation
    verdict = VERDICTS[reason.judgement.verdict]
    head = Text(f"{heading(recommendation, knowledge.guidelines[recommendation.guideline])}: {recommendation.id}", style="bold")
    result = Text(f"{verdict.mark} {reason.judgement.verdict}: {verdict.clinical}", style="bold")
    parts: list[RenderableType] = [head, result, Text(f"Weeks: {reason.clock}"), Text()]
    parts.append(_tree("Who it is for", reason.who) if reason.who else Text("Who it is for: everyone"))
    for title, steps in (("Not if", reason.unless), ("The text does not say, if", reason.silent_on), ("Done, if", reason.done)):
        if steps:
            parts += [Text(), *(_tree(title, step) for step in steps)]
    return Group(*parts, Text(), *source(recommendation, knowledge), Text(say("notice.clinical"), style="italic"))


def _tree(title: str, step: Step) -> Tree:
    tree = Tree(Text(title, style="bold"), guide_style="dim")
    _grow(tree, step)
    return tree


def _grow(tree: Tree, step: Step) -> None:
    word, colour = TRUTH[step.truth]
    label = Text(f"{word}  ", style=colour)
    label.append(step.text, style="default")
    if step.note:
        label.append(f"\n{step.note}", style="dim")
    for entry in step.entries:
        label.append(f"\n{entry}", style="dim")
    branch = tree.add(label)
    for each in step.steps:
        _grow(branch, each)


def source(recommendation: Recommendation, knowledge: Knowledge) -> Iterable[RenderableType]:
    """Yield what the guideline says in our words, where it stands, and how it was seen."""
    reference = knowledge.references.get(recommendation.source.cite)
    yield Text("What it says, in our words", style="bold")
    yield Padding(Text(recommendation.says), (0, 0, 0, 2))
    yield Text(f"Stance: {STANCES[recommendation.stance].clinical}. Strength: {recommendation.strength or 'not given in the source'}.")
    yield Text("Source", style="bold")
    yield Padding(Text(reference.citation if reference else recommendation.source.cite), (0, 0, 0, 2))
    yield Padding(Text(f"place: {recommendation.source.locator}"), (0, 0, 0, 2))
    url = recommendation.source.url or (reference.url if reference else "")
    if url:
        yield Padding(Text(url), (0, 0, 0, 2))
    for key, found in recommendation.provenance.items():
        yield Padding(Text(f"{key}: {seen(found)}"), (0, 0, 0, 2))
    if recommendation.notes:
        yield Text("Notes", style="bold")
    for note in recommendation.notes:
        yield Padding(Text(f"• {note}"), (0, 0, 0, 2))
    signed = ", ".join(f"{each.by} ({each.role}, {each.on})" for each in recommendation.signatures)
    nobody = f"by nobody; this is a draft{' again: a signature has lapsed' if recommendation.lapsed else ''}"
    yield Text(f"Signed: {signed or nobody}")
