"""Users, and the tokens by which callers are known; neither password nor token is stored."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from workbench.racetrack.model import Caller
from workbench.racetrack.problems import Invalid, Unauthorized
from workbench.racetrack.store.database import Database

_SCRYPT = {"n": 2**14, "r": 8, "p": 1}


class Tokens:
    """Who may ask. Safe from any thread.

    Attributes:
        changes: How often tokens were ended since the start; what was known of them is then over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changes = 0

    def add_user(self, name: str, password: str, *, staff: bool) -> None:
        """Make a user, or give one another password; tokens of before then end.

        Raises:
            Invalid: The name or the password is empty.
        """
        if not name or not password:
            raise Invalid("A user needs a name and a password.")
        salt = secrets.token_bytes(16)
        stored = f"{salt.hex()}:{_hashed(password, salt).hex()}"
        with self._database.transaction() as sql:
            sql.execute("INSERT OR REPLACE INTO users VALUES (?, ?, ?)", (name, staff, stored))
            sql.execute("DELETE FROM tokens WHERE kind = 'user' AND subject = ?", (name,))
        self.changes += 1

    def has_users(self) -> bool:
        """Whether there is any user."""
        return bool(self._database.rows("SELECT 1 FROM users LIMIT 1"))

    def login(self, name: str, password: str) -> tuple[Caller, str]:
        """A user and a new token of theirs.

        Raises:
            Unauthorized: There is no such user, or the password is another one.
        """
        rows = self._database.rows("SELECT staff, password FROM users WHERE name = ?", (name,))
        salt, _, known = (rows[0]["password"] if rows else f"{'00' * 16}:").partition(":")
        given = _hashed(password, bytes.fromhex(salt)).hex()  # as long for a name nobody has
        if not rows or not hmac.compare_digest(given, known):
            raise Unauthorized("incorrect username or password")
        return Caller(name, "user", bool(rows[0]["staff"])), self.issue("user", name)

    def issue(self, kind: str, subject: str) -> str:
        """A new token, which is written down as its digest alone.

        Args:
            kind: `user` or `job_family`.
            subject: The user's or the family's name; former tokens of it hold on.
        """
        token = _token(kind, subject)
        with self._database.transaction() as sql:
            row = (_digest(token), kind, subject, time.time())
            sql.execute("INSERT INTO tokens VALUES (?, ?, ?, ?)", row)
        return token

    def revoke(self, kind: str, subject: str) -> None:
        """End all tokens of a user or a job family."""
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM tokens WHERE kind = ? AND subject = ?", (kind, subject))
        self.changes += 1

    def caller(self, token: str) -> Caller:
        """Whose token this is. What is looked up is a digest: no time tells of a token.

        Raises:
            Unauthorized: It is no token, or nobody's; the text does not repeat it.
        """
        if token.count(".") != 2:
            raise Unauthorized("invalid JWT token: Not enough segments")
        digest = _digest(token)
        rows = self._database.rows(
            "SELECT kind, subject, digest, staff FROM tokens "
            "LEFT JOIN users ON kind = 'user' AND users.name = subject WHERE digest = ?",
            (digest,),
        )
        if not rows or not hmac.compare_digest(rows[0]["digest"], digest):
            raise Unauthorized("wrong credentials: token is unknown: token was not found")
        return Caller(rows[0]["subject"], rows[0]["kind"], bool(rows[0]["staff"]))


def subject_of(token: str) -> str:
    """The name that a token says it is of, whether or not it is true; for messages."""
    try:
        payload = token.split(".")[1]
        name = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["subject"]
    except (ValueError, LookupError, TypeError):
        return ""
    return str(name)


def _token(kind: str, subject: str) -> str:
    """Three segments, as a real server's: head, who it is of, and what nobody can guess."""
    head = {"alg": "none", "typ": "JWT"}
    payload = {
        "seed": str(uuid.uuid4()),
        "subject": subject,
        "subject_type": kind,
        "scopes": None,
    }
    segments = (json.dumps(part, separators=(",", ":")).encode() for part in (head, payload))
    return ".".join([*map(_base64, segments), _base64(secrets.token_bytes(32))])


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT)
