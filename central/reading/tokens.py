"""Tokens of other systems: made, shown once, checked, revoked. Never in an address: addresses end up in logs."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When

from central import audit, clock
from central.api.problems import Refusal
from central.models import Purpose, ReadToken, Unit
from central.models.reading import FINDER_LENGTH
from central.registry import Actor

GOOD_FOR = timedelta(days=365)
LONGEST_GOOD_FOR = timedelta(days=3 * 365)
A_MINUTE = 120
"""So many requests a minute with one token."""

_SECRET_BYTES = 32
_FORM = re.compile(f"hlr_([0-9a-f]{{{FINDER_LENGTH}}})_([A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. The text is shown once and not kept."""

    text: str
    row: ReadToken

    def __repr__(self) -> str:
        return f"<NewToken {self.row.finder}>"


def make(
    name: str,
    actor: Actor,
    *,
    purpose: Purpose = Purpose.READ,
    unit: Unit | None = None,
    exact_times: bool = False,
    good_for: timedelta = GOOD_FOR,
) -> NewToken:
    """A new token.

    Args:
        name: Which system has it.
        actor: Who made it.
        purpose: What it opens.
        unit: It reads this one and those below; None = all.
        exact_times: It sees the time of each rating, at once.
        good_for: At most three years.

    Raises:
        ValueError: `good_for` is longer, or nothing.
        django.core.exceptions.ValidationError: The name is empty, too long or not one line.
        django.db.Error: It could not be kept.
    """
    if not timedelta() < good_for <= LONGEST_GOOD_FOR:
        raise ValueError(f"a token is good for 1 to {LONGEST_GOOD_FOR.days} days")
    now = clock.now()
    while True:
        finder, secret = secrets.token_hex(FINDER_LENGTH // 2), secrets.token_urlsafe(_SECRET_BYTES)
        text = f"hlr_{finder}_{secret}"
        row = ReadToken(
            name=name,
            finder=finder,
            digest=_digest(text),
            purpose=purpose,
            unit=unit,
            exact_times=exact_times,
            created_at=now,
            created_by=actor.user,
            expires_at=now + good_for,
        )
        row.clean_fields()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                audit.record(actor.name, "create", row, None, audit.values(row))
        except IntegrityError:  # the beginning is taken: one in a million times as many as there are tokens
            if not ReadToken.objects.filter(finder=finder).exists():
                raise
            continue
        return NewToken(text, row)


def revoke(row: ReadToken, actor: Actor) -> bool:
    """It opens nothing from now on; False: it had been revoked before. Raises `django.db.Error`."""
    now = clock.now()
    with transaction.atomic():
        if not ReadToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now):
            return False
        audit.record(actor.name, "revoke", row, {"revoked_at": None}, {"revoked_at": now.isoformat()})
    return True


def check(authorization: str | None, purpose: Purpose, address: str | None) -> ReadToken:
    """Whose token a request has.

    Args:
        authorization: The header.
        purpose: What is asked for.
        address: Where the request comes from.

    Raises:
        Refusal: There is none, or it is not good for that (401.2, 403.4, 429.1).
        django.db.Error: The database does not answer.
    """
    row = _found(authorization)
    if row.purpose != purpose:
        raise Refusal("403.4", f"this token is for another purpose: {row.purpose}")
    now = clock.now()
    minute = now.replace(second=0, microsecond=0)
    # One statement: two requests at once are two.
    ReadToken.objects.filter(pk=row.pk).update(
        last_used_at=now,
        last_used_from=address,
        minute=minute,
        used_in_minute=Case(When(minute=minute, then=F("used_in_minute") + 1), default=Value(1)),
    )
    row.refresh_from_db(fields=["used_in_minute", "minute"])
    if row.minute == minute and row.used_in_minute > A_MINUTE:
        wait_s = 60 - now.second
        raise Refusal("429.1", f"a token may ask {A_MINUTE} times a minute", retry_after_s=wait_s)
    return row


def _found(authorization: str | None) -> ReadToken:
    if not authorization:
        raise Refusal("401.2", "a token is wanted: Authorization: Bearer hlr_…")
    scheme, _blank, text = authorization.partition(" ")
    match = _FORM.fullmatch(text.strip())
    if scheme.lower() != "bearer" or match is None:
        raise Refusal("401.2", "the header must be: Authorization: Bearer hlr_… (the token as it was shown)")
    row = ReadToken.objects.select_related("unit").filter(finder=match[1]).first()
    if row is None or not hmac.compare_digest(bytes(row.digest), _digest(text.strip())):
        raise Refusal("401.2", "this token is not known: it may have been typed wrongly")
    if row.revoked_at is not None:
        raise Refusal("401.2", "this token is revoked: ask the administrator for a new one")
    if row.expires_at <= clock.now():
        raise Refusal("401.2", "this token has expired: ask the administrator for a new one")
    return row


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
