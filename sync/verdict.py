"""What an answer means. Pure: anything that is not exactly what docs/protocol.md promises means "keep"."""

from dataclasses import dataclass

from sync import backoff, protocol
from sync.errors import Refused, SyncError, Trouble, Unreachable
from sync.protocol import Problem, ProtocolError

_OK, _REDIRECTION, _CLIENT_ERROR, _TOO_OFTEN, _SERVER_ERROR = 200, 300, 400, 429, 500
_LOGIN_WANTED = 511
"""“Network Authentication Required” (RFC 6585, section 6): a network's own login page, honest about it."""
_SHOWN_BYTES = 60
_LONGEST_NONCE = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came.

    Attributes:
        status: Of HTTP.
        body: All of it.
        content_type: Empty = not said.
        content_encoding: We ask for none; one that comes all the same is not ours.
        nonce: Central's next nonce; None = not given.
        retry_after: As it stands.
        date: As it stands.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    content_encoding: str = ""
    nonce: str | None = None
    retry_after: str | None = None
    date: str | None = None

    @property
    def media_type(self) -> str:
        """Without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def good_nonce(self) -> str | None:
        """The nonce, where it can go into a header: what is no visible ASCII cannot be a server's."""
        nonce = self.nonce or ""
        good = len(nonce) <= _LONGEST_NONCE and all("!" <= c <= "~" and c not in '"\\' for c in nonce)
        return nonce if nonce and good else None

    @property
    def is_plain(self) -> bool:
        """Whether the body is what it is, not packed."""
        return self.content_encoding.strip().lower() in ("", "identity")


def accepted(reply: Reply, media_type: str) -> bytes:
    """The body of an answer that is one.

    Args:
        reply: As it came.
        media_type: What the answer must be.

    Raises:
        Refused: A problem of central's.
        Unreachable: Anything else.
    """
    if reply.status == _OK and reply.is_plain and reply.media_type == media_type:
        return reply.body
    raise _failure(reply)


def _failure(reply: Reply) -> SyncError:
    asked_s = backoff.retry_after_s(reply.retry_after, reply.date)
    problem = _problem(reply)
    busy = reply.status == _TOO_OFTEN or (reply.status >= _SERVER_ERROR and reply.status != _LOGIN_WANTED)
    if problem is not None and not busy:
        return Refused(problem, asked_s)
    said = f"HTTP {reply.status}, {reply.media_type or 'no type'}"
    if problem is not None:
        said += f", problem {problem.code} {problem.detail}"
    if _REDIRECTION <= reply.status < _CLIENT_ERROR:
        return Unreachable(Trouble.REDIRECT, said, asked_s)
    if busy:
        return Unreachable(Trouble.BUSY, said, asked_s)
    return Unreachable(Trouble.NOT_CENTRAL, f"{said}, {reply.body[:_SHOWN_BYTES]!r}", asked_s)


def _problem(reply: Reply) -> Problem | None:
    """The problem that an answer tells; None where it is not central's."""
    if reply.media_type != "application/problem+json" or not reply.is_plain:
        return None
    try:
        problem = protocol.decoded(reply.body, Problem)
    except ProtocolError:
        return None
    # The integer part of a code is the status: what contradicts itself is somebody else's idea of a problem.
    return problem if problem.code.startswith(f"{reply.status}.") and problem.status == reply.status else None
