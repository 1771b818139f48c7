"""Doorward: one policy, decided the same way everywhere, that says what was missing.

>>> import doorward
>>> policy = doorward.Policy.from_toml('''
... doorward = 1
... [[rule]]
... name = "no-push"
... effect = "deny"
... when.command = "git push"
... ''')
>>> decision = policy.decide({"action": "Bash", "input": {"command": "git push -f"}})
>>> decision.effect, decision.allowed, decision.basis.rule
('deny', False, 'no-push')
"""

from doorward._core import Decision, Policy, __version__, digest
from doorward._decision import (
    JSON,
    Basis,
    Blocker,
    Charge,
    Effect,
    Fix,
    Ignored,
    Layer,
    Leaf,
    Match,
    Missing,
    NearMiss,
    Notify,
    Obligation,
    Reauth,
    RequestApproval,
)
from doorward._errors import Diagnostic, PolicyError, RequestError
from doorward._policy import Source, TestReport

__all__ = [
    "JSON",
    "Basis",
    "Blocker",
    "Charge",
    "Decision",
    "Diagnostic",
    "Effect",
    "Fix",
    "Ignored",
    "Layer",
    "Leaf",
    "Match",
    "Missing",
    "NearMiss",
    "Notify",
    "Obligation",
    "Policy",
    "PolicyError",
    "Reauth",
    "RequestApproval",
    "RequestError",
    "Source",
    "TestReport",
    "__version__",
    "digest",
]
