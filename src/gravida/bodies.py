"""The body of a request, read with a limit on how much and how long."""

import asyncio

from starlette.requests import Request


class TooLarge(Exception):  # noqa: N818  (it says what the body is)
    """The body is larger than it may be."""


class TooSlow(Exception):  # noqa: N818  (it says what the body is)
    """The body did not come in time."""


async def read_body(call: Request, most_bytes: int, seconds: float) -> bytes:
    """Return the body of a request. Raises :class:`TooLarge` before all of it is read, and :class:`TooSlow`."""
    announced = call.headers.get("content-length", "")
    if announced.isdigit() and (len(announced) > len(str(most_bytes)) or int(announced) > most_bytes):
        raise TooLarge
    try:
        async with asyncio.timeout(seconds):
            return await _bytes(call, most_bytes)
    except TimeoutError:
        raise TooSlow from None


async def _bytes(call: Request, most: int) -> bytes:
    raw = bytearray()
    async for part in call.stream():
        raw += part
        if len(raw) > most:
            raise TooLarge
    return bytes(raw)
