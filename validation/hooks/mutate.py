"""Ten thousand mutated requests against the service: no server error, no fault of its own, no value in the log.

Each request is the shipped example with parts of its FHIR bundles dropped, doubled, swapped or replaced by something odd
(``tests/hooks/odd_records.py``). An answer is 200 with cards that keep the rules, or a refusal with an outcome. Values that
only the example has are looked for in everything that was logged, at the finest level.
"""

import argparse
import io
import json
import logging
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

from httpx2 import Response
from starlette.testclient import TestClient

from gravida.hooks_app import make_app
from gravida.hooks_config import Config
from gravida.hooks_judge import InProcess, Settings
from gravida.library import load

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "hooks"))
from card_rules import check_answer  # noqa: E402
from odd_records import mutated  # noqa: E402

EXAMPLES = {"gravida-patient-view": "patient-view.json", "gravida-order-sign": "order-sign.json"}
OF_THE_PATIENT = ("p1", "cl1", "1994-03-02", "2026-08-18", "2024-05-10", "midwife-1", "doctor-1", "visit-7", "Hydroxyprogesterone", "17p", "ga-loss")
CARDS, REFUSED = 200, (400, 412, 422)


def main() -> int:
    """Run, print how many answers of each kind there were, and return 1 if any was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    wanted = parser.parse_args()
    log = io.StringIO()
    logging.basicConfig(level=logging.DEBUG, stream=log, force=True)
    bodies = {service: json.loads((ROOT / "examples" / "cds-hooks" / name).read_text()) for service, name in EXAMPLES.items()}
    knowledge, started = load(), time.monotonic()
    services = [TestClient(make_app(InProcess(knowledge, Settings(source=source, as_of=date(2026, 4, 8))), Config())) for source in ("", "us-core", "ips")]
    answers, wrong = Counter(), []
    for seed in range(wanted.seed, wanted.seed + wanted.count):
        name = list(bodies)[seed % 2]
        answer = services[seed % 3].post(f"/cds-services/{name}", content=json.dumps(mutated(bodies[name], seed)), headers={"Content-Type": "application/json"})
        answers[answer.status_code] += 1
        if not _is_good(answer):
            wrong.append(seed)
    faults = sum(each.get("/health").json()["faults"] for each in services)
    leaked = [word for word in OF_THE_PATIENT if word in log.getvalue()]
    print(f"{wanted.count} mutated requests in {time.monotonic() - started:.0f} s: {dict(sorted(answers.items()))}")
    print(
        f"not as they should be: {len(wrong)} {wrong[:10]}; faults of the service: {faults}; values in {len(log.getvalue()):,} signs of log: {leaked or 'none'}"
    )
    print("".join(sorted({line + "\n" for line in log.getvalue().splitlines() if "could not be judged" in line})), end="")
    return 1 if wrong or faults or leaked else 0


def _is_good(answer: Response) -> bool:
    if answer.status_code == CARDS:
        try:
            check_answer(answer.json())
        except AssertionError:
            return False
        return True
    return answer.status_code in REFUSED and answer.json()["resourceType"] == "OperationOutcome"


if __name__ == "__main__":
    sys.exit(main())
