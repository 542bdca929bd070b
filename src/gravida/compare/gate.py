"""The gate of the solver: no contradiction that nobody declared, no declaration of what is not there, every mutant proved.

``gravida check`` runs it where Z3 is installed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from gravida.check_files import Places
from gravida.compare.inside import Peculiar, findings
from gravida.compare.proofs import prove_claims
from gravida.compare.witness import witnesses
from gravida.comparing import Finding
from gravida.equivalence import Claim
from gravida.knowledge import Knowledge, Problem
from gravida.typecheck import nearest

DECLARE = "change one of them, or declare it in compare.yaml with the reason that lies in the text"


def solver_problems(
    knowledge: Knowledge, claims: Iterable[Claim], advance: Callable[[int, int], object] = lambda done, total: None, *, whole: bool = True
) -> tuple[list[Problem], int]:
    """Return what the solver finds wrong, and how many peculiarities are declared.

    ``claims`` are mutants that were declared equivalent. Unless the knowledge is ``whole``, declarations about documents that were not loaded stand.
    """
    problems, seen = prove_claims(claims, knowledge), []
    for done, guideline in enumerate(knowledge.guidelines.values(), start=1):
        found = list(findings(guideline, knowledge))
        seen += found
        problems += [Problem(_place(each, knowledge), _undeclared(each, knowledge)) for each in found if each.declared is None]
        advance(done, len(knowledge.guidelines))
    problems += _not_there(knowledge, seen) if whole else ()
    return problems, sum(each.declared is not None for each in seen)


def _not_there(knowledge: Knowledge, seen: Sequence[Peculiar]) -> Iterator[Problem]:
    """Yield each declaration of something that was not found."""
    found = {each.key for each in seen}
    for each in knowledge.comparing.declared:
        if each.key not in found:
            others = [", ".join(of) for what, of in found if what == each.what]
            yield Problem(each.place, f"no such {each.what} is there any more: {', '.join(each.of)}; remove it{nearest(', '.join(each.of), others)}")


def _place(peculiar: Peculiar, knowledge: Knowledge) -> str:
    places = Places(knowledge.folders)
    if peculiar.what == "withdrawn":
        return knowledge.guidelines[peculiar.of[0]].path
    return places.in_recommendation(knowledge.recommendations[peculiar.of[0]], "who")


def _undeclared(peculiar: Peculiar, knowledge: Knowledge) -> str:
    told = SAID[peculiar.what].format(*peculiar.of)
    records = [each.written for each in witnesses(peculiar.shown, knowledge)]
    shown = f" for this record: {', then '.join(map(str, records))}" if records else ", which is proved"
    return f"{told}{shown}; {DECLARE}"


SAID: dict[Finding, str] = {
    "contradiction": "{0} is for an act that {1} is against at the same moment,",
    "never-due": "{0} can never be due",
    "implied": "wherever {0} stands, {1} stands too",
    "withdrawn": "{0} offers {1}, and no longer when the record becomes more serious ({2}),",
}
"""What each finding says; the numbers are what it is about."""
