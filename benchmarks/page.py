"""How fast the page for clinicians follows a change: the whole form sent to a real service, the changed part sent back.

For every record in examples/: median milliseconds from sending the form to having the answer, over HTTP on this machine,
as the page's own script asks (without the browser, which waits 50 ms for the next key and then draws). The peer, in the
same run, is ``gravida assess`` of the same record as a process of its own, which is what there is without the page.
Required: a median of less than 200 milliseconds for every record.
"""

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from gravida.knowledge import Knowledge
from gravida.library import load
from gravida.record import Record
from gravida.web.clinicians_typed import typed_from
from peers import ROOT, examples, machine

REQUIRED_MS = 200
HEADERS = {"content-type": "application/x-www-form-urlencoded", "hx-request": "true"}
PATIENCE_S = 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="how often each form is sent (default 20)")
    parser.add_argument("--starts", type=int, default=3, help="how often gravida assess is started for each record (default 3)")
    wanted = parser.parse_args()
    knowledge = load()
    records = examples(knowledge)
    port = free_port()
    service = subprocess.Popen([sys.executable, "-m", "gravida", "serve", "--port", str(port)], stderr=subprocess.DEVNULL, process_group=0)
    try:
        page = {name: answered(port, form(record, knowledge), wanted.rounds) for name, record in records.items()}
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(10)
    peer = {name: started(name, wanted.starts) for name in records}
    return show(page, peer)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def form(record: Record, knowledge: Knowledge) -> str:
    """Return what the page sends for a record: every field that says something, and the entries of every list."""
    typed = typed_from(record, knowledge)
    entries = [(f"{name}[]", str(number)) for name, numbers in typed.entries.items() for number in numbers]
    return urlencode([*typed.values.items(), *entries, ("kept", typed.kept.written()), ("do", "update")])


def answered(port: int, body: str, rounds: int) -> float:
    """Return the median milliseconds until an answer is there. Waits until the service is up; raises if it refuses."""
    connection = connected(port)
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        connection.request("POST", "/clinicians", body, HEADERS)
        answer = connection.getresponse()
        told = answer.read()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != http.client.OK or b'id="pregnancy"' not in told:
            raise SystemExit(f"the page answered {answer.status}, without a result")
    connection.close()
    return median(times[1:])


def connected(port: int) -> http.client.HTTPConnection:
    """Return a connection to the service, as soon as it is up."""
    until = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.connect()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return connection


def started(name: str, starts: int) -> float:
    """Return the median milliseconds of ``gravida assess`` of an example, as a process."""
    path = next(each for each in (ROOT / "examples").iterdir() if each.stem == name and each.suffix in (".yaml", ".json"))
    command = [str(Path(sys.executable).with_name("gravida")), "assess", str(path)]
    times = []
    for _ in range(starts):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def show(page: dict[str, float], peer: dict[str, float]) -> int:
    """Print the table. Return the exit code: 1 if what is required is missed."""
    print(machine())
    print(f"{'milliseconds':44} {'page':>8} {'gravida assess':>15} {'ratio':>7}")
    for name, each in page.items():
        print(f"{name:44} {each:8.1f} {peer[name]:15.0f} {each / peer[name]:7.3f}")
    slowest = max(page.values())
    print(f"a change is answered in {median(page.values()):.0f} ms (median of the records), {slowest:.0f} ms (slowest); required: less than {REQUIRED_MS} ms")
    return 0 if slowest < REQUIRED_MS else 1


if __name__ == "__main__":
    sys.exit(main())
