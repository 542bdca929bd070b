"""The service against its own description, by schemathesis: what it says of itself is so, and nothing is a server error.

Schemathesis makes calls from ``/openapi.json``, right ones and wrong ones, and holds status, content type and body of
each answer against it.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 8766
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method"


def main() -> int:
    """Start the service, run schemathesis on it, and return what it returns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="calls for each operation and phase (default 200)")
    wanted = parser.parse_args()
    command = [sys.executable, "-c", "from gravida.cli_serve import serve; serve()", "--port", str(PORT), "--workers", "1"]
    service = subprocess.Popen(command, process_group=0)
    try:
        _wait_until_up()
        schemathesis = Path(sys.executable).with_name("schemathesis")
        how = ["--checks", CHECKS, "--max-examples", str(wanted.count), "--suppress-health-check", "all", "--no-color"]
        return subprocess.run([schemathesis, "run", f"http://127.0.0.1:{PORT}/openapi.json", *how], check=False).returncode
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(10)


def _wait_until_up() -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the service did not start")


if __name__ == "__main__":
    sys.exit(main())
