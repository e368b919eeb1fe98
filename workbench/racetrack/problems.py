"""What the server answers instead of a result: a status code, and a text for a person.

On the wire each is the JSON object `{"error": ..., "type": ...}`, which the `racetrack` command
shows. The names of the types are Racetrack's own.
"""

from __future__ import annotations

from http import HTTPStatus

from workbench.errors import WorkbenchError


class Problem(WorkbenchError):
    """A request that is not done.

    Args:
        message: What is not done and why; no secret, and no path of the server's own.
        remedy: What the caller can do; it follows the message on the wire.
    """

    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    type: str = "ContextError"

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)

    @property
    def wire_text(self) -> str:
        """What the caller reads."""
        return f"{self.message} Remedy: {self.remedy}" if self.remedy else self.message


class Invalid(Problem):
    """What was sent cannot be right."""

    status = HTTPStatus.BAD_REQUEST
    type = "ValidationError"


class Unauthorized(Problem):
    """Who asks is not known, or may not do this."""

    status = HTTPStatus.UNAUTHORIZED
    type = "UnauthorizedError"


class Forbidden(Problem):
    """A request that a page of somebody else's may have made."""

    status = HTTPStatus.FORBIDDEN
    type = "ForbiddenError"


class NotFound(Problem):
    """There is no such plugin, job, version or deployment."""

    status = HTTPStatus.NOT_FOUND
    type = "EntityNotFound"


class Exists(Problem):
    """There is one already, or one is just being made."""

    status = HTTPStatus.CONFLICT
    type = "AlreadyExists"


class TooLarge(Problem):
    """More was sent than is taken."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    type = "ValidationError"


class NotOffered(Problem):
    """A route of a real server that this one does not have."""

    status = HTTPStatus.NOT_IMPLEMENTED
    type = "NotImplementedError"


class NoRoom(Problem):
    """The disk is full, or the state folder cannot be written."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    type = "StorageError"
