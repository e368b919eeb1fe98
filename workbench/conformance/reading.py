"""Reading what a server sends: within a time, to the last byte, and as strictly as it was written.

Programs of many languages call a wrapper. What one of them reads by guessing, another one does not.
"""

from __future__ import annotations

import http.client
import io
import json
import socket
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

WHOLE = 2.0
"""How many times the wait for a piece an answer may take in all; one that drips would never end."""

MAX_BODY = 32 * 1024**2
"""Bytes of an answer that are read."""

_GZIP = 16 + zlib.MAX_WBITS  # tells zlib that gzip's header and end are around it


class Overdue(Exception):
    """The answer was not whole in time.

    Args:
        seconds: The time.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it was not whole within {seconds:g} s")


class Incoming(io.RawIOBase):
    """What comes on a connection.

    Args:
        connection: The connection; it stays open until this is closed as well.
        wait: Seconds for each piece.
    """

    def __init__(self, connection: socket.socket, wait: float) -> None:
        super().__init__()
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._wait = wait
        self._end = 0.0

    def begin(self) -> None:
        """From now on the next answer is waited for."""
        self._end = time.monotonic() + self._wait * WHOLE

    def readable(self) -> bool:
        """It is read."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        """Take the next piece.

        Raises:
            TimeoutError: None came.
            Overdue: Pieces came, and go on coming.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise Overdue(self._wait * WHOLE)
        with suppress(OSError):  # a connection that was cut tells that when it is read
            self._connection.settimeout(min(self._wait, left))
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            if left < self._wait:
                raise Overdue(self._wait * WHOLE) from None
            raise

    def close(self) -> None:
        """Let the connection go."""
        self._raw.close()
        super().close()


class _Kept(io.BufferedReader):
    """Outlives the answers that are read from it: what is left of one is in front of the next."""

    def close(self) -> None:
        """It is for the connection to close it."""


class _Answer(http.client.HTTPResponse):
    """An answer that is read from what its connection has kept."""

    def __init__(self, reader: io.BufferedReader, connection: socket.socket, **given: Any) -> None:
        super().__init__(connection, **given)
        self.fp.close()
        self.fp = reader


def answers_of(incoming: Incoming) -> Any:
    """What makes the answers of one connection; for `HTTPConnection.response_class`."""
    return partial(_Answer, _Kept(incoming))


def charset_of(headers: Mapping[str, str]) -> str:
    """The charset that the content type names, in lower case; empty where it names none."""
    for parameter in headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    return ""


def coding_of(headers: Mapping[str, str]) -> str:
    """How the body is packed, such as `gzip`; no request here asks for that."""
    coding = headers.get("content-encoding", "").strip().lower()
    return "" if coding == "identity" else coding


def unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    """A body without its gzip, in which the second of packing stands; any other as it is."""
    if coding_of(headers) not in ("gzip", "x-gzip"):
        return body
    try:
        return zlib.decompressobj(_GZIP).decompress(body, MAX_BODY)
    except zlib.error:
        return body


def read_json(body: bytes, headers: Mapping[str, str]) -> Any:
    """The value that a body holds, for a client that guesses nothing.

    Raises:
        ValueError: It holds none; says why.
    """
    coding = coding_of(headers)
    if coding:
        raise ValueError(f"its Content-Encoding is {coding}, and nobody asked for that")
    charset = charset_of(headers) or "utf-8"
    try:
        text = body.decode()
        same = text == body.decode(charset)  # some heed it, and some never look
    except LookupError:
        raise ValueError(f"nobody knows its charset {charset}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not {error.encoding.upper()}") from None
    if not same:
        raise ValueError(f"it is UTF-8, and its charset says {charset}")
    if text.startswith("\ufeff"):
        raise ValueError("it begins with a byte order mark, which JSON must not")
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg[:1].lower()}{error.msg[1:]}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"JSON has no {word}")
