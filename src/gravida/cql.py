"""The language of criteria: a subset of CQL (HL7 Clinical Quality Language), read and printed.

What a clinician signs is CQL text, so any CQL engine can run it. The subset is small on purpose: it leaves out
everything where CQL engines and three-valued logic part ways (see ``docs/reference/language.md``).

>>> node = parse("plurality = 1 and AtLeast(1, losses) and cervical_length_mm <= 25")
>>> show(node)
'plurality = 1 and AtLeast(1, losses) and cervical_length_mm <= 25'
>>> sorted(names(node))
['cervical_length_mm', 'losses', 'plurality']

Comparisons bind tighter than ``not``'s neighbours in most languages, but CQL binds ``not`` tighter than ``=``. So the
subset takes ``not`` before a name or a bracket only, and nobody has to remember.
"""

from functools import lru_cache

from gravida.cql_nodes import (
    OPERATORS,
    And,
    Arithmetic,
    AtLeast,
    Between,
    Compare,
    CqlError,
    Gestation,
    Literal,
    Member,
    Name,
    Node,
    Not,
    Or,
    children,
    names,
    rebuild,
    rename,
    show,
    walk,
)  # fmt: skip

__all__ = [
    "OPERATORS", "And", "Arithmetic", "AtLeast", "Between", "Compare", "CqlError", "Gestation", "Literal", "Member", "Name", "Node",
    "Not", "Or", "children", "names", "parse", "rebuild", "rename", "show", "walk",
]  # fmt: skip


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """Read a criterion. Raises :class:`CqlError` with the place, and what was expected there."""
    from gravida.cql_parser import parse_text  # noqa: PLC0415  (the parser library is slow to load, and often not needed)

    return parse_text(text)
