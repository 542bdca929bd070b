"""How a service is set up: one YAML file that says who may call, what may be fetched, and how records are read.

Everything may be left out. Nothing in it is about a person.

>>> read_config("countries: [GB]\\nclients:\\n  - {issuer: https://ehr.example, keys: [https://ehr.example/jwks.json]}\\n"
...             "base-url: https://cds.example\\n", "hooks.yaml").clients[0].issuer
'https://ehr.example'
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from gravida.hooks_requests import is_base_url
from gravida.plain_yaml import Tree, YamlError, read_yaml
from gravida.typecheck import nearest

LOCAL = ("localhost", "127.0.0.1", "::1")


class ConfigError(ValueError):
    """The set-up cannot be used. The text is the whole message, one line for each problem."""


@dataclass(frozen=True, slots=True)
class Client:
    """A record system that may call: who it says that it is, and where its public keys are."""

    issuer: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """The set-up. ``fhir_servers`` empty: any that a caller names, where callers are known; see :func:`may_fetch`."""

    base_url: str = ""
    page_url: str = ""
    clients: tuple[Client, ...] = ()
    fhir_servers: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ("*",)
    source: str = ""
    strict: bool = False
    guidelines: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    largest_body_mb: int = 5
    slowest_body_seconds: int = 10
    most_at_once: int = 64


KEYS = {each.name.replace("_", "-"): each.name for each in fields(Config)}
TEXTS = ("source",)
URLS = ("base_url", "page_url")
LISTS = ("fhir_servers", "allow_origins", "guidelines", "countries")
NUMBERS = ("largest_body_mb", "slowest_body_seconds", "most_at_once")
LARGEST_NUMBER = 1000


def read_config(text: str, name: str) -> Config:
    """Read a set-up. Raises :class:`ConfigError` with everything that is wrong, each with its place."""
    try:
        tree = read_yaml(text, name)
    except YamlError as error:
        raise ConfigError(str(error)) from None
    problems: list[str] = []
    found = dict(_members(tree, problems)) if tree.value is not None else {}
    if found.get("clients") and not found.get("base_url"):
        problems.append(f"{name}: base-url is missing: a token is made for one endpoint, and that begins with it, such as https://cds.example")
    if problems:
        raise ConfigError("\n".join(problems))
    return Config(**found)


def _members(tree: Tree, problems: list[str]) -> Any:
    if not isinstance(tree.value, Mapping):
        problems.append(f"{tree.place(())}: expected keys and values; the keys are {', '.join(KEYS)}")
        return
    for key, value in tree.value.items():
        place = tree.place((key,))
        if key not in KEYS:
            problems.append(f"{place}: there is no key {key!r} here{nearest(key, KEYS) or '; the keys are ' + ', '.join(KEYS)}")
            continue
        try:
            yield KEYS[key], _member(KEYS[key], value)
        except ValueError as error:
            problems.append(f"{place}: {key}: {error}")


def _member(name: str, value: Any) -> Any:
    if name in URLS:
        return _url(value)
    if name in LISTS:
        return tuple(_text(each) for each in _list(value)) if name != "fhir_servers" else tuple(_url(each) for each in _list(value))
    if name in NUMBERS:
        return _number(value)
    if name == "strict":
        return _yes_no(value)
    return tuple(_client(each) for each in _list(value)) if name == "clients" else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise ValueError("expected a text")


def _list(value: Any) -> list[Any]:
    if isinstance(value, list) and value:
        return value
    raise ValueError("expected a list, such as [one, two]")


def _url(value: Any) -> str:
    found = _text(value)
    if is_base_url(found) and (urlsplit(found).scheme == "https" or is_local(found)):
        return found.rstrip("/")
    raise ValueError(f"found {found!r}; expected a URL that begins with https:// (http:// only for localhost)")


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and 1 <= int(value) <= LARGEST_NUMBER:
        return int(value)
    raise ValueError(f"expected a whole number from 1 to {LARGEST_NUMBER}")


def _yes_no(value: Any) -> bool:
    if value in ("yes", "no", "true", "false"):
        return value in ("yes", "true")
    raise ValueError("expected yes or no")


def _client(value: Any) -> Client:
    if not isinstance(value, Mapping) or set(value) != {"issuer", "keys"}:
        raise ValueError("expected {issuer: …, keys: [https://…]} for each client")
    return Client(_text(value["issuer"]), tuple(_url(each) for each in _list(value["keys"])))


def is_local(url: str) -> bool:
    """Return whether a URL is of this very machine."""
    return urlsplit(url).hostname in LOCAL


def may_fetch(server: str, config: Config, *, known_callers: bool) -> bool:
    """Return whether a FHIR server may be asked: one that is listed, else any over https if the callers are known.

    A service that anybody may call would otherwise fetch for anybody whatever its own network can reach.
    """
    if config.fhir_servers:
        return server in config.fhir_servers
    return known_callers and (urlsplit(server).scheme == "https" or is_local(server))
