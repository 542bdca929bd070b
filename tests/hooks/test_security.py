"""Tokens: who is let in, and everybody who is not."""

import asyncio
import base64
import json
import time
from types import SimpleNamespace
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gravida.hooks_config import Client
from gravida.hooks_security import KEYS_LAST_SECONDS, REFRESH_SECONDS, NotAccepted, Seen, Verifier

ISSUER, KEYS, ENDPOINT = "https://ehr.example", "https://ehr.example/jwks.json", "https://cds.example/cds-services/gravida-patient-view"
EC = ec.generate_private_key(ec.SECP384R1())
OTHER_EC = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)
SHORT_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505  (refused here)
ALGORITHM = {"ec": "ES384", "rsa": "RS384", "short": "RS384"}
PRIVATE = {"ec": EC, "rsa": RSA, "short": SHORT_RSA}


def public(name):
    maker = jwt.algorithms.ECAlgorithm if name == "ec" else jwt.algorithms.RSAAlgorithm
    return {**maker.to_jwk(PRIVATE[name].public_key(), as_dict=True), "kid": name, "use": "sig"}


class Place:
    """Where keys are: counts how often it was asked, and can be away."""

    def __init__(self):
        self.keys, self.asked, self.away = [public(name) for name in PRIVATE], [], False

    async def __call__(self, url):
        self.asked.append(url)
        if self.away:
            raise OSError("away")
        return {"keys": self.keys}


@pytest.fixture
def door():
    place = Place()
    now = SimpleNamespace(ahead=0.0)
    verifier = Verifier((Client(ISSUER, (KEYS,)),), place, lambda: time.time() + now.ahead)
    return SimpleNamespace(place=place, now=now, check=lambda given, endpoint=ENDPOINT: asyncio.run(verifier.check(given, endpoint)))


def token(kid="ec", key=None, algorithm=None, header=None, without=(), **claims):
    now = int(time.time())
    found = {"iss": ISSUER, "aud": ENDPOINT, "iat": now, "exp": now + 300, "jti": str(uuid4()), **claims}
    kept = {name: value for name, value in found.items() if name not in without}
    head = {name: value for name, value in {"kid": kid, "typ": "JWT", "jku": KEYS, **(header or {})}.items() if value is not None}
    return "Bearer " + jwt.encode(kept, key or PRIVATE[kid], algorithm or ALGORITHM[kid], headers=head)


def unsigned(header, claims):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return "Bearer " + ".".join([*parts, ""])


@pytest.mark.parametrize("kid", ["ec", "rsa"])
def test_a_token_of_a_listed_issuer_is_let_in(door, kid):
    assert door.check(token(kid)) == ISSUER


def test_a_token_without_a_place_of_keys_is_looked_up_where_the_set_up_says(door):
    assert door.check(token(header={"jku": None})) == ISSUER
    assert door.place.asked == [KEYS]


def test_a_list_of_audiences_will_do_if_this_endpoint_is_in_it(door):
    assert door.check(token(aud=["https://else.example", ENDPOINT])) == ISSUER


NOW = int(time.time())
BAD = {
    "nothing": lambda: None,
    "another scheme": lambda: "Basic abc",
    "no token": lambda: "Bearer ",
    "no JWT": lambda: "Bearer a.b.c",
    "too long": lambda: "Bearer " + "a" * 10_000,
    "none": lambda: unsigned({"alg": "none", "kid": "ec"}, {"iss": ISSUER, "aud": ENDPOINT, "exp": NOW + 300, "iat": NOW, "jti": "1"}),
    "HMAC": lambda: token(key="a secret that is long enough for the digest to be content with it", algorithm="HS384"),
    "another curve": lambda: token(key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
    "another RSA": lambda: token("rsa", algorithm="RS256"),
    "algorithm of another key": lambda: token("rsa", key=EC, algorithm="ES384"),
    "a foreign key": lambda: token(key=OTHER_EC),
    "a short key": lambda: token("short"),
    "an unlisted issuer": lambda: token(iss="https://evil.example"),
    "an unlisted place of keys": lambda: token(header={"jku": "https://evil.example/jwks.json"}),
    "a kid that is not there": lambda: token(header={"kid": "gone"}),
    "no kid": lambda: token(header={"kid": None}),
    "another audience": lambda: token(aud="https://cds.example/cds-services/gravida-order-sign"),
    "the service as a whole": lambda: token(aud="https://cds.example"),
    "expired": lambda: token(iat=NOW - 900, exp=NOW - 600),
    "of the future": lambda: token(iat=int(time.time()) + 600, exp=int(time.time()) + 900),
    "too long a life": lambda: token(exp=NOW + 100_000),
    "an early birth": lambda: token(iat=NOW - 100_000),
    "jti that is no text": lambda: token(jti=["a"]),
    "an empty jti": lambda: token(jti=""),
    "a huge jti": lambda: token(jti="a" * 1000),
    "exp that is no number": lambda: token(exp="tomorrow"),
    "iss that is no text": lambda: unsigned({"alg": "ES384", "kid": "ec"}, {"iss": [ISSUER]}),
    **{f"no {name}": (lambda name=name: token(without=(name,))) for name in ("iss", "aud", "exp", "iat", "jti")},
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("name", BAD)
def test_every_other_token_is_not(door, name):
    with pytest.raises(NotAccepted):
        door.check(BAD[name]())


def test_keys_are_never_fetched_from_where_a_token_says(door):
    with pytest.raises(NotAccepted):
        door.check(BAD["an unlisted place of keys"]())
    assert door.place.asked == []


def test_a_token_is_good_once_and_no_longer_remembered_than_it_lives(door):
    used = token(exp=int(time.time()) + 60)
    door.check(used)

    with pytest.raises(NotAccepted, match="used before"):
        door.check(used)


def test_the_same_jti_of_another_issuer_is_another_token():
    seen = Seen()

    assert seen.first_time("a", "1", until=10, now=0)
    assert seen.first_time("b", "1", until=10, now=0)
    assert not seen.first_time("a", "1", until=10, now=10)
    assert seen.first_time("a", "1", until=20, now=11)


def test_keys_that_change_are_fetched_again_but_not_for_every_stranger(door):
    door.check(token())
    with pytest.raises(NotAccepted):
        door.check(token(header={"kid": "new"}))
    assert len(door.place.asked) == 1

    door.place.keys[0]["kid"] = "new"
    door.now.ahead = REFRESH_SECONDS + 1
    assert door.check(token(header={"kid": "new"})) == ISSUER


def test_known_keys_stay_good_while_their_place_is_away(door):
    door.check(token(exp=int(time.time()) + 3000))
    door.place.away = True
    door.now.ahead = KEYS_LAST_SECONDS + 1

    assert door.check(token(exp=int(time.time()) + 3000)) == ISSUER
    assert len(door.place.asked) == 2
