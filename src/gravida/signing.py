"""Signatures: who may sign, what is written, and that nothing above it is touched.

Whoever signs is named by an ORCID, a number for people who publish, whose last sign is worked out from the others
(ISO 7064 mod 11-2), so that a slip of the pen is seen. The number below is ORCID's own example of somebody who does
not exist.

>>> orcid("https://orcid.org/0000-0002-1825-0097")
'0000-0002-1825-0097'
>>> orcid("0000-0002-1825-0079")
Traceback (most recent call last):
    ...
gravida.signing.NotSigned: 0000-0002-1825-0079 is no ORCID: after 0000-0002-1825-007 the last sign is 0, and not 9. Compare it with your page at orcid.org
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from gravida.folders import Folders
from gravida.guideline import Recommendation, Signature
from gravida.knowledge import Knowledge
from gravida.library import load
from gravida.plain_yaml import YamlError, read_yaml

FORM = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
KEY = re.compile(r"^(?:review|'review'|\"review\")\s*:", re.MULTILINE)
PLAIN = re.compile(r"[A-Za-z][A-Za-z ()/-]*[A-Za-z)]|\d[\d-]*[\dX]")
"""What may stand in braces without quotes, and is read as nothing but a text."""
SIGNS = "0123456789X"
"""What a check digit may be, from nought to ten."""


class NotSigned(ValueError):  # noqa: N818  (its text is the whole message)
    """Nothing was signed, and why."""


def status(recommendation: Recommendation) -> Literal["draft", "signed", "lapsed"]:
    """Return whether a recommendation is signed as it stands, was signed and has changed since, or was never signed."""
    if recommendation.is_signed:
        return "signed"
    return "lapsed" if recommendation.lapsed else "draft"


def orcid(written: str) -> str:
    """Return an ORCID in its one form. Raises :class:`NotSigned` if it is none."""
    found = written.strip().removeprefix("https://").removeprefix("http://").removeprefix("orcid.org/").upper()
    if FORM.fullmatch(found) is None:
        raise NotSigned(f"{written!r} is no ORCID: expected four groups of four, such as 0000-0002-1825-0097 (the last sign may be X)")
    expected = _last_sign(found)
    if found[-1] != expected:
        raise NotSigned(f"{found} is no ORCID: after {found[:-1]} the last sign is {expected}, and not {found[-1]}. Compare it with your page at orcid.org")
    return found


def _last_sign(found: str) -> str:
    total = 0
    for digit in found.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return SIGNS[(1 - total) % len(SIGNS)]


def signed(recommendation: Recommendation, by: str, role: str, on: date) -> tuple[Signature, ...]:
    """Return the signatures that stand after this one. An older one of the same person that has lapsed makes room.

    Raises :class:`NotSigned` if there is nothing to sign.
    """
    already = next((each for each in recommendation.signatures if each.by == by), None)
    if already:
        raise NotSigned(f"{recommendation.key}: {by} signed this already, on {already.on}, and nothing that it covers has changed since")
    if recommendation.is_recalled:
        parts = ", ".join(key for key, seen in recommendation.provenance.items() if seen == "recalled")
        message = f"nobody has read the source of its {parts} ('recalled'); read it, write under 'provenance' how, run the check, and then sign"
        raise NotSigned(f"{recommendation.key}: {message}")
    others = tuple(each for each in recommendation.review if each.by != by)
    return (*others, Signature(by, role, on.isoformat(), recommendation.digest))


def with_signatures(text: str, name: str, signatures: Iterable[Signature]) -> str:
    """Return the text of a recommendation's file with these signatures under ``review:``, and above it not one sign changed.

    >>> print(with_signatures("id: a\\nreview: []\\n", "a.yaml", [Signature("0000-0002-1825-0097", "midwife", "2026-06-01", "sha256:0")]), end="")
    id: a
    review:
      - {by: 0000-0002-1825-0097, role: midwife, on: 2026-06-01, digest: "sha256:0"}
    """
    above = _above(text, name)
    line = "\r\n" if "\r\n" in text else "\n"
    below = line.join(["review:", *(f"  - {_written(each)}" for each in signatures), ""])
    result = above + ("" if above.endswith("\n") else line) + below
    if _without_signatures(result, name) != _without_signatures(text, name):
        raise _misplaced(name)
    return result


def _above(text: str, name: str) -> str:
    """Return what stands above the key ``review``: all of it, if there is no such key yet."""
    keys = list(read_yaml(text, name).value)
    if "review" not in keys:
        return text
    lines = [each.start() for each in KEY.finditer(text)]
    if not lines or keys[-1] != "review":
        raise _misplaced(name)
    return text[: lines[-1]]


def _misplaced(name: str) -> NotSigned:
    return NotSigned(f"{name}: signatures stand at the end of the file: write 'review: []' on a line of its own there, as the last key, and sign again")


def _without_signatures(text: str, name: str) -> dict[str, Any] | None:
    """Return what a file says beside its signatures. A file of medicine is not changed by accident."""
    try:
        return {key: value for key, value in read_yaml(text, name).value.items() if key != "review"}
    except YamlError:
        return None


def _written(signature: Signature) -> str:
    pairs = (("by", signature.by), ("role", signature.role), ("on", signature.on), ("digest", signature.digest))
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in pairs) + "}"


def _scalar(value: str) -> str:
    return value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def file_of(recommendation: Recommendation, knowledge: Knowledge) -> Path:
    """Return the file that a signature is written into. Raises :class:`NotSigned` if an overlay changes what stands in it.

    A signature says that a file is right as it is where it lies; what is laid over it elsewhere is not its business.
    """
    folders, path = knowledge.folders, knowledge.folders.find(recommendation.path)
    own = max(number for number, root in enumerate(folders.roots) if path.is_relative_to(root))
    above = folders.overlays[own:]
    if above:
        alone = load(Folders(folders.base, folders.overlays[:own]), (recommendation.guideline,))
        if alone.recommendations[recommendation.key].digest != recommendation.digest:
            names = " and ".join(each.name for each in knowledge.overlays if each.path in above)
            raise NotSigned(
                f"{recommendation.key}: {names} changes what it means here, and the file belongs to {path.parents[2]}; sign it without that overlay"
            )
    return path


def sign_in_file(path: Path, shown: str, signatures: Iterable[Signature]) -> None:
    """Write signatures into the file of a recommendation, and leave every byte above them as it is."""
    try:
        text = path.read_bytes().decode("utf-8")
        path.write_bytes(with_signatures(text, shown, signatures).encode("utf-8"))
    except OSError as error:
        raise NotSigned(f"{path}: this file cannot be written: {error.strerror}") from None


def without_signatures(knowledge: Knowledge) -> Knowledge:
    """Return the knowledge as if nothing had been signed yet: what the check says then is not about signatures."""
    return replace(knowledge, recommendations={key: replace(each, review=()) for key, each in knowledge.recommendations.items()})
