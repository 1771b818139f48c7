"""What is raised. `doorward._core` makes these from the errors of the core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark about a policy: what is wrong, where, and what to do about it."""

    severity: Literal["error", "warning"]
    code: str
    """Stable name of the kind of problem, such as `unknown-key`."""
    message: str
    file: str
    """The name under which the text was loaded."""
    line: int
    """From 1; 0 when the problem has no place in the text."""
    column: int
    """In characters, from 1; 0 when the problem has no place in the text."""
    hint: str | None = None


class PolicyError(ValueError):
    """A policy that does not load. Nothing of it is used."""

    diagnostics: tuple[Diagnostic, ...]
    """Every problem of every file, in order of file, line and column."""

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[PolicyError], tuple[str, tuple[Diagnostic, ...]]]:
        return type(self), (str(self), self.diagnostics)


class RequestError(ValueError):
    """A request that cannot be read. It is never decided, so it is never an allow."""

    code: str
    """Stable name of the kind of problem, such as `duplicate-key`."""
    offset: int | None
    """Where in the request's text, in bytes from 0; None for a mapping."""
    path: str | None
    """Where in the mapping, such as `input.files[2]`; None for a text and for the mapping as a whole."""

    def __init__(self, message: str, code: str, offset: int | None = None, path: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.offset = offset
        self.path = path

    def __reduce__(self) -> tuple[type[RequestError], tuple[str, str, int | None, str | None]]:
        return type(self), (str(self), self.code, self.offset, self.path)
