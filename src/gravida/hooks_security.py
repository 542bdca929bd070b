"""Who calls: a token that a known record system signed for this very endpoint, a moment ago, and once.

Only public-key signatures count, by the two algorithms that CDS Hooks names. Keys come only from the places that the
set-up lists for the issuer; a place that a token itself names must be one of those. A token is good once: its ``jti`` is
remembered until it would have expired anyway. Why a token was refused is not told to whoever sent it.

>>> seen = Seen()
>>> seen.first_time("ehr", "1", until=100, now=50), seen.first_time("ehr", "1", until=100, now=60), seen.first_time("ehr", "1", until=200, now=101)
(True, False, True)
"""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gravida.hooks_config import Client

ALGORITHMS = ("ES384", "RS384")
LONGEST_LIFE_SECONDS = 3600
LEEWAY_SECONDS = 30
"""So far may two clocks be apart."""
SHORTEST_RSA_BITS = 2048
LONGEST_TOKEN = 8192
LONGEST_JTI = 256
MOST_SEEN = 500_000
KEYS_LAST_SECONDS = 600
REFRESH_SECONDS = 30
"""A key that is not known makes the keys be fetched again, but not more often than this."""

Fetch = Callable[[str], Awaitable[Any]]
"""Returns the JSON of a URL. Raises any ``Exception`` if it cannot be had."""


class NotAccepted(Exception):  # noqa: N818  (it says what became of the token)
    """A token that is not accepted. The text says why, without anything that stands in it, for the log of whoever runs this."""


class Seen:
    """The tokens that were used, each until it expires."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()
        self._by_end: list[tuple[float, tuple[str, str]]] = []

    def first_time(self, issuer: str, jti: str, *, until: float, now: float) -> bool:
        """Return whether a token is new, and remember it. When more are remembered than there is room for, none is new."""
        while self._by_end and self._by_end[0][0] < now:
            self._known.discard(heapq.heappop(self._by_end)[1])
        if (issuer, jti) in self._known or len(self._known) >= MOST_SEEN:
            return False
        self._known.add((issuer, jti))
        heapq.heappush(self._by_end, (until, (issuer, jti)))
        return True


class Keys:
    """The public keys of one place, kept for some minutes, and fetched again when a key is asked for that is not there."""

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._url, self._fetch, self._clock = url, fetch, clock
        self._found: Mapping[str, Any] = {}
        self._fetched = -float("inf")
        self._lock = asyncio.Lock()

    async def get(self, kid: str) -> Any:
        """Return the key of this name; ``None`` if there is none. What was fetched before stays good while the place is away."""
        async with self._lock:
            age = self._clock() - self._fetched
            if age > KEYS_LAST_SECONDS or (kid not in self._found and age > REFRESH_SECONDS):
                await self._refresh()
        return self._found.get(kid)

    async def _refresh(self) -> None:
        self._fetched = self._clock()
        try:
            listed = await self._fetch(self._url)
            self._found = {each["kid"]: each for each in listed["keys"] if isinstance(each.get("kid"), str)}
        except Exception:  # noqa: BLE001  (whatever keeps keys from being had, the ones that are here are all there is)
            return


class Verifier:
    """Decides whether a call is let in. ``clients`` may call, with keys from their own places."""

    def __init__(self, clients: tuple[Client, ...], fetch: Fetch, clock: Callable[[], float] = time.time) -> None:
        self._keys = {client.issuer: {url: Keys(url, fetch, clock) for url in client.keys} for client in clients}
        self._seen, self._clock = Seen(), clock

    async def check(self, authorization: str | None, endpoint: str) -> str:
        """Return the issuer of a token that is accepted for this endpoint. Raises :class:`NotAccepted`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
            raise NotAccepted("no bearer token")
        try:
            header = jwt.get_unverified_header(token)
            claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise NotAccepted("not a JWT") from None
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or issuer not in self._keys:
            raise NotAccepted("an issuer that is not listed")
        key = await self._key(issuer, header)
        return self._once(self._claims(token, key, issuer, endpoint, str(header["alg"])))

    async def _key(self, issuer: str, header: Mapping[str, Any]) -> Any:
        if header.get("alg") not in ALGORITHMS:
            raise NotAccepted("an algorithm that is not allowed")
        kid, places = header.get("kid"), self._keys[issuer]
        jku = header.get("jku")
        if jku is not None and jku not in places:
            raise NotAccepted("a place of keys that is not listed for the issuer")
        if not isinstance(kid, str):
            raise NotAccepted("no kid")
        for url in [jku] if jku else places:
            found = await places[url].get(kid)
            if found is not None:
                return found
        raise NotAccepted("a key that is not there")

    def _claims(self, token: str, key: Any, issuer: str, endpoint: str, algorithm: str) -> Mapping[str, Any]:
        try:
            public = jwt.PyJWK(key, algorithm=algorithm).key
            if isinstance(public, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
                raise NotAccepted("a private key where a public one should be")
            if isinstance(public, rsa.RSAPublicKey) and public.key_size < SHORTEST_RSA_BITS:
                raise NotAccepted("an RSA key that is too short")
            required = {"require": ["iss", "aud", "exp", "iat", "jti"]}
            found: Mapping[str, Any] = jwt.decode(
                token, public, algorithms=[algorithm], audience=endpoint, issuer=issuer, leeway=LEEWAY_SECONDS, options=required  # type: ignore[arg-type]
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise NotAccepted(type(error).__name__) from None
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise NotAccepted("a token or a key that cannot be used") from None
        return found

    def _once(self, claims: Mapping[str, Any]) -> str:
        issuer, jti, ends, now = claims["iss"], claims["jti"], float(claims["exp"]), self._clock()
        if ends - float(claims["iat"]) > LONGEST_LIFE_SECONDS or ends - now > LONGEST_LIFE_SECONDS + LEEWAY_SECONDS:
            raise NotAccepted("a life that is too long")
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            raise NotAccepted("no usable jti")
        if not self._seen.first_time(issuer, jti, until=ends + LEEWAY_SECONDS, now=now):
            raise NotAccepted("a token that was used before")
        return str(issuer)
