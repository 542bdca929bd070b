"""``gravida serve``: what it refuses before it listens, and one whole run with processes of its own."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from card_rules import check_answer
from click.testing import CliRunner
from hooks_places import EXAMPLES

from gravida.cli_serve import serve

RUN = [sys.executable, "-c", "from gravida.cli_serve import serve; serve()"]


def said(*arguments):
    result = CliRunner().invoke(serve, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_help_shows_how_to_try_it_and_how_to_set_it_up():
    code, text = said("--help")

    assert code == 0
    assert "-d @examples/cds-hooks/patient-view.json" in text
    assert "clients:" in text
    assert "Nothing is stored." in text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104  (refused here)
def test_strangers_are_not_let_in_without_tokens(host):
    code, text = said("--host", host)

    assert code == 2
    assert "nothing says who may" in text


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("source: us-cor\n", "there is no source 'us-cor'; did you mean 'us-core'?"),
        ("countries: [XX]\n", "there is no country 'XX'"),
        ("hosts: [x]\n", "there is no key 'hosts' here"),
        ("a: [\n", "this is not YAML"),
    ],
)
def test_a_set_up_that_cannot_be_used_is_told(tmp_path, config, message):
    (tmp_path / "hooks.yaml").write_text(config)
    code, text = said("--config", tmp_path / "hooks.yaml")

    assert code == 2
    assert message in text


def test_a_certificate_needs_its_key(tmp_path):
    (tmp_path / "cert.pem").write_text("x")

    assert said("--tls-cert", tmp_path / "cert.pem")[1].startswith("https needs both")


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def ask(address, data=None):
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310  (this machine)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def test_a_whole_run_gives_cards_and_prints_nothing_of_anybody(port):
    service = subprocess.Popen(
        [*RUN, "--port", str(port), "--as-of", "2026-04-08", "--workers", "1"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        for _ in range(600):
            try:
                ask(f"http://127.0.0.1:{port}/health")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        answer = ask(f"http://127.0.0.1:{port}/cds-services/gravida-patient-view", (EXAMPLES / "patient-view.json").read_bytes())
    finally:
        service.send_signal(signal.SIGINT)
        out, err = service.communicate(timeout=60)

    check_answer(answer)
    assert answer["cards"]
    assert out == ""
    assert err.splitlines()[:3] == [
        f"The page at http://127.0.0.1:{port}/ (stop: Ctrl+C)",
        f"CDS Hooks at http://127.0.0.1:{port}/cds-services",
        "Draft: no clinician has reviewed what the page and the cards say.",
    ]
    assert "p1" not in err
    assert "Traceback" not in err
