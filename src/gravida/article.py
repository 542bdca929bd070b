"""What an article for lay readers says, claim by claim, against what the guidelines here say.

A claim is one thing that the article says, or should have said. Its verdict tells how that stands to the knowledge, and
names the recommendations and references it rests on. Nothing is decided by what nobody has read: a recommendation that
is only recalled may stand beside one that was read, and never alone.

>>> claim = Claim("early-scan", "testing", "One scan is enough.", "partly", "Bodies differ.", "Books differ.", by=("body-2020/scan",))
>>> claim.is_supported
True
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gravida.guideline import Recommendation

ClaimVerdict = Literal["contradicted", "outdated", "omitted", "partly", "stands", "unsupported"]
"""How a claim stands to the knowledge."""

CLAIM_VERDICTS: tuple[ClaimVerdict, ...] = get_args(ClaimVerdict)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of the article, in words that anybody can read. ``section`` is our word for where it belongs."""

    id: str
    section: str
    claim: str
    verdict: ClaimVerdict
    answer: str
    plain: str
    by: tuple[str, ...] = ()
    """Keys of the recommendations that it rests on."""
    refs: tuple[str, ...] = ()
    """Keys of the references that it rests on, for trials and figures."""

    @property
    def is_supported(self) -> bool:
        """Whether anything at all is named that speaks to it."""
        return bool(self.by or self.refs)

    def rests_on_recalled(self, recommendations: Mapping[str, Recommendation]) -> bool:
        """Whether nobody has read any of the recommendations that it rests on."""
        found = [recommendations[key] for key in self.by if key in recommendations]
        return bool(found) and all(each.is_recalled for each in found)


@dataclass(frozen=True, slots=True)
class Article:
    """An article and its claims, in the order of the article. ``cite`` is its key in the references."""

    cite: str
    claims: tuple[Claim, ...] = ()
    first: tuple[str, ...] = ()
    """Claims that stand at the top of every page and that no filter hides, such as the urgent signs."""
    path: str = ""
    """The file, as messages name it."""
