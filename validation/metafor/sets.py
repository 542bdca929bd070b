"""Print, as JSON, every set of trials that Gravida pools: by question and outcome, by default and with all confidences."""

import json

from gravida.evidence import TRUSTED
from gravida.library import load
from gravida.pooling import informative


def sets() -> dict[str, list[dict[str, int]]]:
    """Return the sets of at least two trials, each in the order in which they are pooled."""
    evidence = load().evidence
    found = {}
    for question in evidence.questions.values():
        for outcome in question.pool:
            rows = informative(evidence.pooled_rows(question, outcome))
            trusted = [row for row in rows if row.confidence in TRUSTED]
            for name, some in (("default", trusted), ("all", rows)):
                if len(some) > 1:
                    found[f"{question.id}/{outcome}/{name}"] = [
                        {"a": row.events_treated, "n": row.treated, "c": row.events_control, "m": row.control} for row in some
                    ]
    return found


if __name__ == "__main__":
    print(json.dumps(sets(), indent=1))
