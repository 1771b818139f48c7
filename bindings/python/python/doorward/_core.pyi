"""The compiled half of the package `doorward`; import that instead."""

import os
from collections.abc import Iterable, Mapping
from typing import Final, NoReturn, final

from doorward._decision import Basis, Effect, Leaf, Match, NearMiss, Obligation
from doorward._errors import Diagnostic
from doorward._policy import Source, TestReport

__all__ = ["Decision", "Policy", "__version__", "_restore_decision", "digest"]

__version__: Final[str]

@final
class Policy:
    """A compiled policy: immutable, shared by any number of threads."""

    @staticmethod
    def from_toml(text: str) -> Policy:
        """Compiles one policy text, of layer `user`.

        Raises `PolicyError` with every problem of the text.
        """

    @staticmethod
    def load(*paths: str | os.PathLike[str]) -> Policy:
        """Compiles policy files, and all `*.toml` of directories, as one policy of layer `user`.

        Raises `PolicyError` with every problem of every file.
        """

    @staticmethod
    def discover(cwd: str | os.PathLike[str] | None = None) -> Policy:
        """Compiles the policy in force in the directory `cwd`, by default the current one.

        Managed, user, auto and project files. Raises `PolicyError` with every problem of every file, or when no
        file is found.
        """

    @staticmethod
    def from_sources(sources: Iterable[Source]) -> Policy:
        """Compiles an iterable of `Source`, texts with the layer that each belongs to.

        Raises `PolicyError` with every problem of every text, `ValueError` for an unknown layer.
        """

    def decide(self, request: Mapping[str, object]) -> Decision:
        """Decides one request, any mapping with the keys `actor`, `action`, `resource`, `input` and `facts`.

        Raises `RequestError` for what no request can hold.
        """

    def decide_json(self, request: str | bytes) -> str:
        """Decides one request given as JSON text and returns the decision's canonical JSON.

        Raises `RequestError` when the text is not a request.
        """

    def decide_many(self, requests: Iterable[Mapping[str, object]]) -> list[Decision]:
        """Decides an iterable of requests in order; other threads run meanwhile.

        All requests are read before the first is decided. Raises `RequestError` for the first that cannot be read,
        its `path` starting with the place in the batch.
        """

    def paths(self, request: Mapping[str, object]) -> list[str]:
        """Returns the absolute paths that deciding a request looks at, sorted: what links should be resolved of.

        Raises `RequestError` for what no request can hold.
        """

    def resolve(self, request: Mapping[str, object]) -> dict[str, str | list[str]]:
        """Returns where the paths of a request lead on this machine, for the request's `facts["resolved"]`.

        The request's facts should hold `cwd`, `home` and `project`. Links are read, no file is opened. Raises
        `RequestError` for what no request can hold.
        """

    @property
    def id(self) -> str:
        """The hash of what the policy says, `dw1-` and 32 hex digits."""

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the policy's author should look at."""

    @property
    def rule_count(self) -> int:
        """How many rules the policy has."""

    def run_tests(self) -> TestReport:
        """Runs the policy's own `[[test]]` entries."""

@final
class Decision:
    """The answer to one request: an effect, its basis, and what would have changed it.

    Everything but `effect` and `allowed` is made when it is first asked for. Two decisions are equal when their
    canonical JSON is.
    """

    @property
    def effect(self) -> Effect:
        """`"deny"`, `"ask"`, `"allow"` or `"pass"`."""

    @property
    def allowed(self) -> bool:
        """Whether the request may proceed: True for `allow` alone."""

    @property
    def basis(self) -> Basis:
        """Why this effect won: a rule, or a gap because no rule matched."""

    @property
    def policy(self) -> str:
        """The id of the policy that decided."""

    @property
    def matched(self) -> tuple[Match, ...]:
        """Every rule that fired, once, by name."""

    @property
    def near(self) -> tuple[NearMiss, ...]:
        """The rules that would have given a better effect, with what was missing."""

    @property
    def close_calls(self) -> tuple[NearMiss, ...]:
        """On an allowed request: the stricter rules that nearly fired."""

    @property
    def can_wait(self) -> bool:
        """Whether what is missing can be had without changing the request: an approval, a fresh sign-in, time."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """The fields that decided rules could not know, sorted."""

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The things that the request would do, in source order, when there is more than one."""

    @property
    def shadow(self) -> tuple[Match, ...]:
        """The rules in shadow mode that would have fired."""

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """What the caller must do before acting on the decision."""

    def to_json(self) -> str:
        """Returns the canonical JSON, the same bytes as every other door gives."""

    def __bool__(self) -> NoReturn: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[object, tuple[str]]: ...

def digest(request: Mapping[str, object], fields: Iterable[str]) -> str | None:
    """Returns the SHA-256 in hex that an approval with `bound = [fields..]` must carry for this request.

    None when a value in it is a float, which languages write differently, or a name is no field of a request. Raises
    `RequestError` for what no request can hold.
    """

def _restore_decision(text: str) -> Decision:
    """Returns the decision that `text`, its canonical JSON, describes; what `pickle` and `copy` call.

    Raises `ValueError` when the text is not a decision.
    """
