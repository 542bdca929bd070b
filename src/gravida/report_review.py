"""What is draft, signed, or lapsed, document by document, for a terminal.

>>> from gravida.library import load
>>> print(status_table(load()).splitlines()[0].split())
['draft', 'signed', 'lapsed']
"""

from collections import Counter
from collections.abc import Iterable

from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.signing import status

COLUMNS = ("draft", "signed", "lapsed")


def status_table(knowledge: Knowledge) -> str:
    """Return a line for each document, the sum, and whatever needs a new signature."""
    rows = {each.id: [knowledge.recommendations[key] for key in each.recommendations] for each in knowledge.guidelines.values()}
    rows["all"] = list(knowledge.recommendations.values())
    width = max(map(len, rows))
    lines = [" ".join([" " * width, *(f"{column:>7}" for column in COLUMNS)])]
    lines += [" ".join([name.ljust(width), *(f"{count:7}" for count in _counts(found))]) for name, found in rows.items()]
    lapsed = [f"  {each.key}: {', '.join(f'{one.by} ({one.role}, {one.on})' for one in each.lapsed)}" for each in rows["all"] if status(each) == "lapsed"]
    if lapsed:
        lines += ["", "Lapsed, because something that the signature covers has changed; read and sign again:", *lapsed]
    return "\n".join(lines) + "\n"


def _counts(recommendations: Iterable[Recommendation]) -> list[int]:
    counts = Counter(status(each) for each in recommendations)
    return [counts["draft"], counts["signed"], counts["lapsed"]]
