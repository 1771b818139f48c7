"""The parts of a decision, as types over its canonical JSON.

`doorward._core.Decision` makes one `Details` from the JSON when the first part is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias, TypeVar, Union

Effect: TypeAlias = Literal["deny", "ask", "allow", "pass"]
Layer: TypeAlias = Literal["managed", "user", "project", "auto"]
JSON: TypeAlias = Union[None, bool, int, float, str, "list[JSON]", "dict[str, JSON]"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Basis:
    """Why an effect won: a rule, or a gap because no rule matched."""

    rule: str | None = None
    """The rule's name; None for a gap."""
    layer: Layer | None = None
    origin: str | None = None
    """Where the rule stands, as `<file>:<line>`."""
    why: str | None = None
    remedy: str | None = None
    gap: str | None = None
    """The action for which the default decided; None for a rule."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fired."""

    rule: str
    effect: Effect
    certain: bool = True
    """False when it fired only because something was unknown."""


@dataclass(frozen=True, slots=True)
class Fix:
    """The smallest change that makes one condition true."""

    set: str
    """The request's field, such as `input.command`."""
    to: JSON


@dataclass(frozen=True, slots=True)
class Ignored:
    """An approval that did not count."""

    why: Literal["unnamed", "duplicate", "self", "role", "stale", "other_digest"]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """One condition that a rule wanted and did not get."""

    field: str
    kind: Literal["value", "text", "role", "approvals", "auth", "session", "usage", "time", "delegated"]
    want: JSON
    seen: JSON = None
    at: int | None = None
    """Where the closest pattern failed, in bytes of the field's UTF-8."""
    expected: str | None = None
    """The rest of the word that would have held there."""
    closeness: int | None = None
    """In percent."""
    have: int | None = None
    need: int | None = None
    ignored: tuple[Ignored, ...] = ()
    left: int | None = None
    """What a budget has left before this request."""
    retry_after_s: int | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """What would still keep the request from being allowed: a rule or a gap."""

    rule: str | None = None
    gap: str | None = None
    leaf: int | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that would have changed the decision, and what it lacked."""

    rule: str
    effect: Effect
    status: Literal["pending", "near", "exempt"]
    missing: tuple[Missing, ...] = ()
    flips: Literal["yes", "maybe", "no"] | None = None
    """Whether the request is allowed with every `fix` put in; None on a close call."""
    blocked_by: tuple[Blocker, ...] = ()
    leaf: int | None = None
    """Which of the decision's leaves this is about."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing the request would do, judged on its own."""

    text: str
    op: Literal["proc.exec", "file.read", "file.write", "file.delete", "net.fetch"] | None = None
    cwd: str | None = None
    via: tuple[str, ...] = ()
    effect: Effect | None = None
    """None when only rules that tighten judge it and none fired."""
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """Count this call."""

    counter: str
    per: str
    cost: int
    kind: Literal["charge"] = "charge"


@dataclass(frozen=True, slots=True)
class RequestApproval:
    """Ask for approvals."""

    rule: str
    need: int
    role: str | None = None
    kind: Literal["request_approval"] = "request_approval"


@dataclass(frozen=True, slots=True)
class Reauth:
    """Have the actor sign in again."""

    max_age_s: int | None = None
    method: str | None = None
    kind: Literal["reauth"] = "reauth"


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell somebody."""

    to: str
    kind: Literal["notify"] = "notify"


Obligation: TypeAlias = Union[Charge, RequestApproval, Reauth, Notify]

_OBLIGATIONS: dict[str, Callable[..., Obligation]] = {
    "charge": Charge,
    "request_approval": RequestApproval,
    "reauth": Reauth,
    "notify": Notify,
}


class Details:
    """A decision's parts, each made when it is first asked for."""

    def __init__(self, text: str) -> None:
        data = json.loads(text)
        if not (isinstance(data, dict) and {"effect", "basis", "policy"} <= data.keys()):
            raise ValueError("not the JSON of a decision")
        self._data: dict[str, Any] = data

    @property
    def effect(self) -> Effect:
        effect: Effect = self._data["effect"]
        return effect

    @property
    def policy(self) -> str:
        return str(self._data["policy"])

    @cached_property
    def basis(self) -> Basis:
        return _make(Basis, self._data["basis"])

    @cached_property
    def matched(self) -> tuple[Match, ...]:
        return self._each("matched", _match)

    @cached_property
    def near(self) -> tuple[NearMiss, ...]:
        return self._each("near", _near_miss)

    @cached_property
    def close_calls(self) -> tuple[NearMiss, ...]:
        return self._each("close_calls", _near_miss)

    @property
    def can_wait(self) -> bool:
        return self._data.get("can_wait") is True

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        return self._each("unknown", str)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        return self._each("leaves", _leaf)

    @cached_property
    def shadow(self) -> tuple[Match, ...]:
        return self._each("shadow", _match)

    @cached_property
    def obligations(self) -> tuple[Obligation, ...]:
        return self._each("obligations", _obligation)

    def _each(self, key: str, make: Callable[[Any], _T]) -> tuple[_T, ...]:
        return tuple(map(make, self._data.get(key, ())))


def _make(kind: Callable[..., _T], data: dict[str, Any], **parts: Any) -> _T:
    """Makes a `kind` from the keys of `data` that it has; `parts` replace what is not a plain value."""
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{key: value for key, value in data.items() if key in names} | parts)


def _match(data: dict[str, Any]) -> Match:
    return _make(Match, data)


def _missing(data: dict[str, Any]) -> Missing:
    fix = data.get("fix")
    return _make(
        Missing,
        data,
        ignored=tuple(_make(Ignored, ignored) for ignored in data.get("ignored", ())),
        fix=None if fix is None else _make(Fix, fix),
    )


def _near_miss(data: dict[str, Any]) -> NearMiss:
    return _make(
        NearMiss,
        data,
        missing=tuple(map(_missing, data.get("missing", ()))),
        blocked_by=tuple(_make(Blocker, blocker) for blocker in data.get("blocked_by", ())),
    )


def _leaf(data: dict[str, Any]) -> Leaf:
    basis = data.get("basis")
    return _make(
        Leaf,
        data,
        via=tuple(data.get("via", ())),
        basis=None if basis is None else _make(Basis, basis),
    )


def _obligation(data: dict[str, Any]) -> Obligation:
    kind = _OBLIGATIONS.get(data["kind"])
    if kind is None:  # to leave it out would let the caller act without it
        raise ValueError(f"unknown kind of obligation {data['kind']!r}")
    return _make(kind, data)
