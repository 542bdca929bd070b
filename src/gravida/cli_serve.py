"""``gravida serve``: the page for people, and cards inside the record system over CDS Hooks 2.0."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gravida.folders import Folders
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, no_such, plain_errors

if TYPE_CHECKING:
    from gravida.hooks_config import Config
    from gravida.knowledge import Knowledge

LOCAL = ("127.0.0.1", "localhost", "::1")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen. Other than this machine: only with clients in the set-up.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="The port to listen on.")
@click.option("--config", "config_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="The set-up (YAML), see below.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that judge; as many as processors, if not said.")
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="Certificate (PEM), to speak https without a proxy.")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="Its private key (PEM).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="To try things out: judge as of this day, and not of today.")
@click.option("--insecure", is_flag=True, help="Let anybody call from elsewhere without a token. For a closed test network only.")
@KNOWLEDGE
def serve(
    host: str, port: int, config_file: Path | None, workers: int | None, tls_cert: str | None, tls_key: str | None, as_of: datetime | None,
    knowledge: Folders, *, insecure: bool,
) -> None:  # fmt: skip
    """Open the page, in a browser on this machine; and answer a record system's CDS Hooks with cards.

    The page has a room for somebody who has lost a pregnancy, one for clinicians, every guideline line by line, and what
    all this is not. It keeps nothing. Cards say what guidelines say now for the person whose record is open.

    \b
    gravida serve                                        then open http://127.0.0.1:8080/
    gravida serve --as-of 2026-04-08                     try cards with the shipped example
    curl http://127.0.0.1:8080/cds-services              what services there are
    curl http://127.0.0.1:8080/cds-services/gravida-patient-view \\
      -H 'Content-Type: application/json' -d @examples/cds-hooks/patient-view.json

    A set-up says who may call, and how records are read:

    \b
    base-url: https://cds.hospital.example   where record systems call
    clients:                                 who may call, and their public keys
      - issuer: https://ehr.hospital.example
        keys: [https://ehr.hospital.example/jwks.json]
    fhir-servers: [https://ehr.hospital.example/fhir]
    source: us-core          a declaration in knowledge/sources; none if not named
    countries: [GB]          guidelines of these, and international ones
    page-url: https://gravida.hospital.example   what cards link to

    Nothing is stored. Calls are not logged, nor is anything that stands in them. What was accepted or overridden is
    counted: GET /feedback-totals. For https, give --tls-cert and --tls-key, or put a proxy in front. Nothing here has
    been reviewed by a clinician, and every card says so.
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        config = _config(config_file, known)
        _refuse_strangers(host, config, insecure=insecure)
        if bool(tls_cert) != bool(tls_key):
            raise Fault("https needs both: --tls-cert FILE and --tls-key FILE")
        _run(known, config, host, port, workers or os.cpu_count() or 1, as_of.date() if as_of else None, tls_cert, tls_key)


def _config(file: Path | None, knowledge: "Knowledge") -> "Config":
    from gravida.hooks_config import Config, ConfigError, read_config  # noqa: PLC0415  (only this command needs it)

    try:
        config = read_config(file.read_text(encoding="utf-8"), str(file)) if file else Config()
    except ConfigError as error:
        raise Fault(str(error)) from None
    except (OSError, UnicodeDecodeError):
        raise Fault(f"{file}: this file cannot be read as UTF-8 text") from None
    if config.source and config.source not in knowledge.sources.declarations:
        raise no_such("source", config.source, knowledge.sources.declarations, "ls knowledge/sources")
    names = {each.id for each in knowledge.guidelines.values()} | {each.body for each in knowledge.guidelines.values()}
    places = {each.jurisdiction for each in knowledge.guidelines.values()}
    for wanted, there, what in ((config.guidelines, names, "guideline"), (config.countries, places, "country")):
        for name in wanted:
            if name not in there:
                raise no_such(what, name, there, "gravida guidelines")
    return config


def _refuse_strangers(host: str, config: "Config", *, insecure: bool) -> None:
    if host in LOCAL or config.clients or insecure:
        return
    raise Fault(
        f"--host {host} lets other machines call, and nothing says who may: list clients in --config FILE ('gravida serve --help' shows how), "
        "or say --insecure in a closed test network"
    )


def _run(
    knowledge: "Knowledge", config: "Config", host: str, port: int, workers: int, as_of: date | None, tls_cert: str | None, tls_key: str | None
) -> None:  # fmt: skip
    import uvicorn  # noqa: PLC0415  (these take half a second to load, and no other command needs them)

    from gravida.hooks_app import make_app  # noqa: PLC0415
    from gravida.hooks_judge import Pool, Settings  # noqa: PLC0415
    from gravida.web.pages import page_routes  # noqa: PLC0415

    settings = Settings(config.source, config.strict, config.guidelines, config.countries, config.page_url, as_of)
    judge = Pool(knowledge, settings, workers)
    pages = page_routes(knowledge, lambda: as_of or date.today())  # noqa: DTZ011  (the reader's own calendar day is meant)
    _say(config, host, port, as_of, secure=tls_cert is not None)
    try:
        uvicorn.run(
            make_app(judge, config, local=host in LOCAL, pages=pages), host=host, port=port, log_level="warning", access_log=False, server_header=False,
            ssl_certfile=tls_cert, ssl_keyfile=tls_key, timeout_keep_alive=30, ws="none", lifespan="on",
        )  # fmt: skip
    finally:
        judge.close()


def _say(config: "Config", host: str, port: int, as_of: date | None, *, secure: bool) -> None:
    """Tell whoever starts it where it listens, and what is open."""
    where = f"[{host}]" if ":" in host else host
    address = f"{'https' if secure else 'http'}://{where}:{port}"
    click.echo(f"The page at {address}/ (stop: Ctrl+C)", err=True)
    click.echo(f"CDS Hooks at {address}/cds-services", err=True)
    click.echo("Draft: no clinician has reviewed what the page and the cards say.", err=True)
    if not config.clients:
        click.echo("Tokens are not asked for: no clients are listed in a set-up.", err=True)
    if as_of:
        click.echo(f"Every record is judged as of {as_of}, for trying things out. Never leave it so where people are cared for.", err=True)
