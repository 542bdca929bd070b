"""Load on ``gravida serve``: so many requests a second, at fixed times, and how long each answer takes.

The generator is open-loop: a request goes out when its time has come, whether or not earlier ones were answered, so a
slow service shows as waiting and not as fewer requests. Times count from when a request was due. It starts the service,
puts load on it with the client that locust uses (geventhttpclient; locust's own users wait for answers, and so would hide waiting), and
reads the memory of the service and its processes before and after. Required at 50 a second: p99 under 100 milliseconds,
no error, memory flat. A machine that does other work at the same time makes the figures worse than they are.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import gevent
import gevent.monkey
import gevent.pool

gevent.monkey.patch_all()

from geventhttpclient import HTTPClient  # noqa: E402

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples" / "cds-hooks"
PORT = 8765
REQUIRED_P99_MS, REQUIRED_GROWTH = 100, 0.10


def main() -> int:
    """Run the load, print the figures, and return 1 if they are not as required."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.5, help="how long (default 0.5; 10 for the figure that is required)")
    parser.add_argument("--rate", type=float, default=50, help="requests a second (default 50)")
    parser.add_argument("--workers", type=int, default=2, help="processes that judge (default 2)")
    wanted = parser.parse_args()
    service = subprocess.Popen([sys.executable, "-c", "from gravida.cli_serve import serve; serve()",
                                "--port", str(PORT), "--as-of", "2026-04-08", "--workers", str(wanted.workers)], process_group=0)  # fmt: skip
    try:
        _wait_until_up()
        _put(20, wanted.rate)
        before, spent = memory(service.pid), processor_seconds(service.pid)
        times, errors = _put(int(wanted.minutes * 60 * wanted.rate), wanted.rate)
        after, spent = memory(service.pid), processor_seconds(service.pid) - spent
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(10)
    print(f"processor time of the service: {spent / len(times) * 1000:.1f} ms for each request")
    return _report(times, errors, before, after, wanted)


def _report(times: list[float], errors: int, before: int, after: int, wanted: argparse.Namespace) -> int:
    cut = quantiles(times, n=100)
    p50, p95, p99 = (round(cut[n - 1] * 1000, 1) for n in (50, 95, 99))
    growth = (after - before) / before
    print(f"{len(times)} requests at {wanted.rate:g} a second, {wanted.workers} processes, {os.cpu_count()} processors; load average {os.getloadavg()[0]:.1f}")
    print(f"milliseconds from when a request was due: p50 {p50}, p95 {p95}, p99 {p99}, slowest {max(times) * 1000:.0f}; errors: {errors}")
    print(f"memory of the service: {before >> 20} MB before, {after >> 20} MB after ({growth:+.1%})")
    good = p99 < REQUIRED_P99_MS and errors == 0 and growth < REQUIRED_GROWTH
    print("as required" if good else f"NOT as required: p99 under {REQUIRED_P99_MS} ms, no error, memory growth under {REQUIRED_GROWTH:.0%}")
    return 0 if good else 1


def _client() -> HTTPClient:
    return HTTPClient("127.0.0.1", PORT, concurrency=200, connection_timeout=5, network_timeout=30)


def _wait_until_up() -> None:
    for _ in range(300):
        try:
            if _client().get("/health").status_code == 200:
                return
        except OSError:
            gevent.sleep(0.1)
    raise SystemExit("the service did not start")


def _put(count: int, rate: float) -> tuple[list[float], int]:
    """Send so many requests, each when it is due, and return how long each took and how many went wrong."""
    bodies = [("gravida-patient-view", (EXAMPLES / "patient-view.json").read_bytes()), ("gravida-order-sign", (EXAMPLES / "order-sign.json").read_bytes())]
    times, wrong, client, crowd = [], [], _client(), gevent.pool.Pool()

    def one(due: float, service: str, body: bytes) -> None:
        try:
            answer = client.request("POST", f"/cds-services/{service}", body, {"Content-Type": "application/json"})
            good = answer.status_code == 200 and "cards" in json.loads(answer.read())
        except OSError:
            good = False
        times.append(time.perf_counter() - due)
        if not good:
            wrong.append(service)

    start = time.perf_counter()
    for number in range(count):
        due = start + number / rate
        gevent.sleep(max(0.0, due - time.perf_counter()))
        crowd.spawn(one, due, *bodies[number % 4 == 0])
    crowd.join()
    return times, len(wrong)


def memory(group: int) -> int:
    """Return the resident memory of all processes of the service, in bytes."""
    return sum(int(fields[21]) for fields in _processes(group)) * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(group: int) -> float:
    """Return the time that processors have spent on the service."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _processes(group)) / os.sysconf("SC_CLK_TCK")


def _processes(group: int) -> Iterator[list[str]]:
    """Yield what the system tells of every process of a group, from its state on (see ``man 5 proc_pid_stat``)."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield fields


if __name__ == "__main__":
    sys.exit(main())
