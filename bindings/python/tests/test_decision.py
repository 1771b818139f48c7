"""Decisions: typed, lazy, values, and never true or false."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from typing import Any

import pytest
from conftest import bash

import doorward
from doorward import Basis, Decision, Match, Policy
from doorward._core import _restore_decision

# Every key of a decision, with every form of its parts; not a decision that one request could get.
FULL: dict[str, Any] = {
    "effect": "deny",
    "basis": {
        "rule": "no-push",
        "layer": "managed",
        "origin": "m.toml:3",
        "why": "people push",
        "remedy": "ask one",
    },
    "policy": "dw1-" + "0" * 32,
    "matched": [
        {"rule": "git", "effect": "allow"},
        {"rule": "no-push", "effect": "deny", "certain": False},
    ],
    "near": [
        {
            "rule": "apply",
            "effect": "allow",
            "leaf": 1,
            "status": "pending",
            "missing": [
                {
                    "field": "approvals",
                    "kind": "approvals",
                    "want": {"min": 2, "role": "reviewer"},
                    "have": 1,
                    "need": 2,
                    "ignored": [{"by": "viktor", "why": "self"}, {"why": "unnamed"}],
                    "fix": {"set": "facts.approvals", "to": [{"by": "approver-1"}]},
                },
                {
                    "field": "command",
                    "kind": "text",
                    "want": "cargo test",
                    "seen": "cargo tset",
                    "at": 7,
                    "expected": "est",
                    "closeness": 70,
                },
                {"field": "usage", "kind": "usage", "want": {"max": 3}, "left": 1, "retry_after_s": 60},
            ],
            "flips": "maybe",
            "blocked_by": [{"rule": "no-push", "leaf": 0}, {"gap": "Bash"}],
        }
    ],
    "close_calls": [
        {
            "rule": "no-rm",
            "effect": "deny",
            "status": "near",
            "missing": [{"field": "cwd", "kind": "text", "want": "/"}],
        }
    ],
    "can_wait": True,
    "unknown": ["command", "facts.usage"],
    "leaves": [
        {
            "op": "proc.exec",
            "text": "ls",
            "cwd": "/tmp",
            "via": ["sudo", "env"],
            "effect": "ask",
            "basis": {"gap": "Bash"},
        },
        {"text": "Bash"},
    ],
    "shadow": [{"rule": "later", "effect": "ask"}],
    "obligations": [
        {"kind": "charge", "counter": "api:ana", "per": "1m", "cost": 1},
        {"kind": "request_approval", "rule": "apply", "need": 1, "role": "reviewer"},
        {"kind": "reauth", "max_age_s": 300, "method": "webauthn"},
        {"kind": "notify", "to": "#ops"},
    ],
}


def restored(data: dict[str, Any]) -> Decision:
    return _restore_decision(json.dumps(data, separators=(",", ":"), ensure_ascii=False))


def plain(part: Any) -> Any:
    """The JSON that `part` was made from: values that are there by default are left out."""
    if isinstance(part, tuple):
        return [plain(item) for item in part]
    if not dataclasses.is_dataclass(part):
        return part
    return {
        field.name: plain(getattr(part, field.name))
        for field in dataclasses.fields(part)
        if field.name == "kind" or getattr(part, field.name) != field.default
    }


def test_typed_parts_hold_everything_that_the_json_does() -> None:
    decision = restored(FULL)
    assert {key: plain(getattr(decision, key)) for key in FULL} == FULL


def test_parts_that_are_absent_are_empty() -> None:
    decision = restored({key: FULL[key] for key in ("effect", "basis", "policy")})
    assert decision.can_wait is False
    parts = ("matched", "near", "close_calls", "unknown", "leaves", "shadow", "obligations")
    assert all(getattr(decision, part) == () for part in parts)


def test_keys_of_a_later_version_are_passed_over() -> None:
    decision = restored(FULL | {"basis": {"gap": "Bash", "later": 1}, "later": 2})
    assert decision.basis == Basis(gap="Bash")


def test_obligation_of_a_later_version_is_not_dropped() -> None:
    decision = restored(FULL | {"obligations": [{"kind": "later"}]})
    with pytest.raises(ValueError, match="later"):
        decision.obligations  # noqa: B018


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"effect":"maybe","basis":{},"policy":""}'])
def test_text_that_is_no_decision_is_not_restored(text: str) -> None:
    with pytest.raises(ValueError):
        _restore_decision(text)


def test_rule_is_the_basis(denied: Decision) -> None:
    assert (denied.effect, denied.allowed) == ("deny", False)
    basis = denied.basis
    assert (basis.rule, basis.layer, basis.gap) == ("no-push", "user", None)
    assert (basis.why, basis.remedy) == ("Pushing is for people", "ask somebody to push")
    assert basis.origin is not None and basis.origin.startswith("policy:")
    assert denied.matched == (Match("no-push", "deny"),)
    assert repr(denied) == "<doorward.Decision deny, rule 'no-push'>"


def test_gap_is_the_basis(policy: Policy) -> None:
    decision = policy.decide(bash("ls"))
    assert (decision.effect, decision.allowed) == ("ask", False)
    assert decision.basis == Basis(gap="Bash")
    assert repr(decision) == "<doorward.Decision ask, gap 'Bash'>"


def test_only_allow_is_allowed(allowed: Decision) -> None:
    assert (allowed.effect, allowed.allowed) == ("allow", True)
    for effect in ("deny", "ask", "pass"):
        assert restored(FULL | {"effect": effect}).allowed is False
    assert restored(FULL | {"effect": "allow"}).allowed is True


def test_decision_is_neither_true_nor_false(denied: Decision, allowed: Decision) -> None:
    for decision in (denied, allowed):
        with pytest.raises(TypeError, match=r"\.allowed"):
            bool(decision)
        with pytest.raises(TypeError):
            if decision:
                pass
        with pytest.raises(TypeError):
            not decision  # noqa: B018
        with pytest.raises(TypeError):
            len(decision)  # type: ignore[arg-type]


def test_parts_are_made_once(denied: Decision) -> None:
    assert denied.basis is denied.basis
    assert denied.matched is denied.matched


def test_json_holds_the_policy_that_decided(policy: Policy, denied: Decision) -> None:
    data = json.loads(denied.to_json())
    assert list(data)[:3] == ["effect", "basis", "policy"]
    assert data["policy"] == denied.policy == policy.id


def test_equal_decisions_are_equal_values(policy: Policy, denied: Decision, allowed: Decision) -> None:
    again = policy.decide(bash("git push"))
    assert again is not denied and again == denied and hash(again) == hash(denied)
    assert denied != allowed and {denied, again, allowed} == {denied, allowed}
    assert denied != denied.to_json() and denied != "deny" and (denied == None) is False  # noqa: E711


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickled_decision_is_the_same(denied: Decision, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(denied, protocol))
    assert type(again) is Decision and again == denied and hash(again) == hash(denied)
    assert (again.effect, again.allowed, again.basis) == (denied.effect, denied.allowed, denied.basis)
    assert again.to_json() == denied.to_json()


def test_copies_are_the_same(denied: Decision) -> None:
    assert copy.copy(denied) == copy.deepcopy(denied) == denied


def test_decision_cannot_be_made_or_changed(denied: Decision) -> None:
    with pytest.raises(TypeError):
        Decision()
    with pytest.raises(AttributeError):
        denied.effect = "allow"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        denied.allowed = True  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        denied.basis.rule = "other"  # type: ignore[misc]


def test_effects_can_be_matched_on(denied: Decision) -> None:
    match denied:
        case doorward.Decision(effect="deny", basis=Basis(rule=str(rule))):
            assert rule == "no-push"
        case _:
            pytest.fail("no match")


def test_a_near_miss_of_a_real_decision_is_typed() -> None:
    policy = doorward.Policy.from_toml(
        'doorward = 1\n[[rule]]\nname = "apply"\neffect = "allow"\nwhen.action = "proposal.apply"\n'
        'require.approvals = { min = 1, role = "reviewer" }\nrequire.auth = { max_age = "5m", method = "passkey" }\n'
    )
    d = policy.decide({"action": "proposal.apply", "actor": {"id": "eva"}, "facts": {"approvals": []}})
    near = d.near[0]
    assert (near.rule, near.status, near.flips, d.can_wait) == ("apply", "pending", "yes", True)
    approvals, auth = near.missing
    assert (approvals.kind, approvals.have, approvals.need, auth.kind) == ("approvals", 0, 1, "auth")
    assert auth.fix is not None and auth.fix.set == "actor.auth"
    assert auth.fix.to == {"age_s": 300, "method": "passkey"}
    assert [obligation.kind for obligation in d.obligations] == ["request_approval", "reauth"]
