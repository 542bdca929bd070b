"""What became of cards: counted in memory, and shown as totals. Which card it was, who said it and the words are not kept.

>>> totals = Totals()
>>> totals.add("gravida-patient-view", {"feedback": [{"card": "1", "outcome": "overridden", "outcomeTimestamp": "2026-06-01T10:00:00Z",
...            "overrideReason": {"reason": {"code": "declined"}}}]})
>>> totals.as_json()["services"]["gravida-patient-view"]
{'accepted': 0, 'overridden': 1, 'reasons': {'declined': 1}}
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gravida.hooks_cards import OVERRIDE_REASONS
from gravida.hooks_requests import Fault, Refused, kind_of, refused

MOST_AT_ONCE = 1000
OTHER, WORDS_ALONE, NONE = "another-reason", "words-alone", "no-reason"


class Totals:
    """How often cards of each service were accepted and overridden, and why, since the service was started."""

    def __init__(self) -> None:
        self._since = datetime.now(UTC).isoformat(timespec="seconds")
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._reasons: Counter[tuple[str, str]] = Counter()

    def add(self, service: str, body: Any) -> None:
        """Count what a body of feedback says. Raises :class:`Refused` with 400 and everything that is wrong, and then counts nothing."""
        given = _read(body)
        for each in given:
            self._outcomes[service, each["outcome"]] += 1
            if each["outcome"] == "overridden":
                self._reasons[service, _reason(each.get("overrideReason"))] += 1

    def as_json(self) -> dict[str, Any]:
        """Return the totals."""
        services = sorted({service for service, _ in self._outcomes})
        return {"since": self._since, "services": {each: self._of(each) for each in services}}

    def _of(self, service: str) -> dict[str, Any]:
        outcomes = {name: self._outcomes[service, name] for name in ("accepted", "overridden")}
        return {**outcomes, "reasons": {reason: count for (of, reason), count in sorted(self._reasons.items()) if of == service}}


def _reason(given: Any) -> str:
    """Return our own name of a reason; one of somebody else, or words, are only counted."""
    reason = given.get("reason") if isinstance(given, Mapping) else None
    if isinstance(reason, Mapping):
        code = reason.get("code")
        return code if isinstance(code, str) and code in OVERRIDE_REASONS else OTHER
    return WORDS_ALONE if isinstance(given, Mapping) else NONE


def _read(body: Any) -> list[Mapping[str, Any]]:
    given = body.get("feedback") if isinstance(body, Mapping) else None
    if not isinstance(given, list) or not given:
        raise refused(400, "structure", f"found {kind_of(given)}; expected a list with at least one entry", "feedback")
    if len(given) > MOST_AT_ONCE:
        raise refused(400, "too-long", f"more than {MOST_AT_ONCE} entries; send them in parts", "feedback")
    faults = [fault for index, each in enumerate(given) for fault in _faults(each, f"feedback[{index}]")]
    if faults:
        raise Refused(400, "invalid", faults[:20])
    return given


def _faults(each: Any, place: str) -> Iterator[Fault]:
    """Yield what is wrong with one entry: the rules cds-fb-1 to cds-fb-3, and the members that must be there."""
    if not isinstance(each, Mapping):
        yield Fault(place, f"found {kind_of(each)}; expected an object")
        return
    if not isinstance(each.get("card"), str) or not each["card"]:
        yield Fault(f"{place}.card", "expected the uuid of the card")
    if each.get("outcome") not in ("accepted", "overridden"):
        yield Fault(f"{place}.outcome", "expected 'accepted' or 'overridden'")
    if each.get("outcome") == "accepted" and not _is_list_of_ids(each.get("acceptedSuggestions")):
        yield Fault(f"{place}.acceptedSuggestions", "expected a list of {id} for what was accepted")
    if not _is_time(each.get("outcomeTimestamp")):
        yield Fault(f"{place}.outcomeTimestamp", "expected a time such as 2026-06-01T10:00:00Z")
    reason = each.get("overrideReason")
    if reason is not None and not (isinstance(reason, Mapping) and (isinstance(reason.get("reason"), Mapping) or isinstance(reason.get("userComment"), str))):
        yield Fault(f"{place}.overrideReason", "expected a reason, a userComment, or both")


def _is_list_of_ids(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(each, Mapping) and isinstance(each.get("id"), str) for each in given)


def _is_time(given: Any) -> bool:
    try:
        return isinstance(given, str) and bool(datetime.fromisoformat(given))
    except ValueError:
        return False
