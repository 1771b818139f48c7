"""The policy and requests that the tests share."""

from __future__ import annotations

from typing import Any

import pytest

from doorward import Decision, Policy

POLICY = """\
doorward = 1

[defaults]
"*"    = "deny"
"Bash" = "ask"

[[rule]]
name   = "git-reads"
effect = "allow"
why    = "Looking at history never changes anything"
when.action  = "Bash"
when.command = ["git status", "git log"]

[[rule]]
name   = "no-push"
effect = "deny"
why    = "Pushing is for people"
remedy = "ask somebody to push"
when.command = "git push"
"""

FACTS = {"home": "/home/user", "cwd": "/home/user/project", "project": "/home/user/project"}


def bash(command: str, **rest: object) -> dict[str, Any]:
    """A request to run `command`."""
    return {"action": "Bash", "input": {"command": command}, "facts": FACTS, **rest}


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy.from_toml(POLICY)


@pytest.fixture
def denied(policy: Policy) -> Decision:
    return policy.decide(bash("git push"))


@pytest.fixture
def allowed(policy: Policy) -> Decision:
    return policy.decide(bash("git status"))
