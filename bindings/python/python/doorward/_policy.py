"""What goes into a policy and what its own tests say."""

from __future__ import annotations

from dataclasses import dataclass

from doorward._decision import Layer
from doorward._errors import Diagnostic


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one policy file, for `Policy.from_sources`."""

    name: str
    """Stands in diagnostics and in a rule's origin."""
    layer: Layer
    text: str
    trusted: bool = False
    """Whether a source of layer `project` may do more than tighten."""


@dataclass(frozen=True, slots=True)
class TestReport:
    """What the `[[test]]` entries of a policy found."""

    __test__ = False  # not a test class of pytest's

    ran: int
    failures: tuple[Diagnostic, ...]
