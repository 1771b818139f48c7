"""Policies: where they come from, what they tell, how they refuse."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest
from conftest import POLICY, bash

import doorward
from doorward import Diagnostic, Policy, PolicyError, Source

WRONG = """\
doorward = 1

[[rule]]
name   = "a"
efect = "deny"
when.command = "git push"
"""


def test_policy_tells_its_id_and_number_of_rules(policy: Policy) -> None:
    assert policy.id.startswith("dw1-") and len(policy.id) == 36
    assert policy.rule_count == 2
    assert policy.warnings == ()
    assert repr(policy) == f"<doorward.Policy {policy.id}, rules: 2>"


def test_equal_texts_have_equal_ids(policy: Policy) -> None:
    assert Policy.from_toml(POLICY).id == policy.id


def test_own_tests_of_a_policy_are_run(policy: Policy) -> None:
    report = policy.run_tests()
    assert (report.ran, report.failures) == (0, ())


def test_policy_cannot_be_made_changed_or_subclassed(policy: Policy) -> None:
    with pytest.raises(TypeError):
        Policy()
    with pytest.raises(AttributeError):
        policy.id = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        type("Loose", (Policy,), {})


def test_files_and_directories_make_one_policy(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(POLICY)
    more = tmp_path / "more"
    more.mkdir()
    (more / "b.toml").write_text('doorward = 1\n[[rule]]\nname = "no-rm"\neffect = "deny"\nwhen.command = "rm"\n')
    policy = Policy.load(tmp_path / "a.toml", os.fspath(more))
    assert policy.rule_count == 3
    decision = policy.decide(bash("rm x"))
    assert decision.basis.rule == "no-rm"
    assert decision.basis.origin is not None and decision.basis.origin.startswith(str(more / "b.toml") + ":")


def test_unreadable_file_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.load(tmp_path / "absent.toml")
    assert [d.code for d in caught.value.diagnostics] == ["unreadable-file"]


def test_path_must_be_a_path() -> None:
    with pytest.raises(TypeError):
        Policy.load(3)  # type: ignore[arg-type]


def test_discover_looks_from_the_current_directory_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".doorward").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".doorward" / "p.toml").write_text(
        'doorward = 1\n[[rule]]\nname = "project/no-rm"\neffect = "deny"\nwhen.command = "rm"\n'
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    for found in (Policy.discover(), Policy.discover(tmp_path), Policy.discover(cwd=str(tmp_path))):
        assert found.decide(bash("rm x")).basis.rule == "project/no-rm"


def test_sources_carry_name_and_layer() -> None:
    managed = Source("managed.toml", "managed", POLICY)
    decision = Policy.from_sources([managed]).decide(bash("git push"))
    assert decision.basis.layer == "managed"
    assert decision.basis.origin is not None and decision.basis.origin.startswith("managed.toml:")


def test_sources_come_from_any_iterable() -> None:
    assert Policy.from_sources(s for s in [Source("a", "user", POLICY)]).rule_count == 2


def test_unknown_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Policy.from_sources([Source("a", "nobody", POLICY)])  # type: ignore[arg-type]


def test_what_is_no_source_is_refused() -> None:
    with pytest.raises(TypeError, match="Source"):
        Policy.from_sources([POLICY])  # type: ignore[list-item]


def test_policy_error_tells_every_problem_with_its_place() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(WRONG)
    error = caught.value
    assert isinstance(error, ValueError)
    assert [type(diagnostic) for diagnostic in error.diagnostics] == [Diagnostic, Diagnostic]
    missing, unknown = error.diagnostics
    assert (missing.severity, missing.code, missing.file, missing.line) == ("error", "missing-key", "policy", 3)
    assert (unknown.code, unknown.line, unknown.column) == ("unknown-key", 5, 1)
    assert unknown.hint is not None and "effect" in unknown.hint
    assert missing.message in str(error) and unknown.message in str(error)


def test_errors_survive_pickling() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(WRONG)
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (type(again), str(again)) == (PolicyError, str(caught.value))
        assert again.diagnostics == caught.value.diagnostics


def test_package_exports_what_it_lists() -> None:
    for name in doorward.__all__:
        assert hasattr(doorward, name)
    assert (Policy.__module__, doorward.Decision.__module__) == ("doorward", "doorward")


def test_digest_is_what_a_bound_approval_carries() -> None:
    request = {"action": "proposal.apply", "resource": {"type": "proposal", "id": "p7", "diff": "+a", "size": 0.5}}
    digest = doorward.digest(request, ["resource.diff"])
    assert digest is not None and len(digest) == 64
    policy = doorward.Policy.from_toml(
        'doorward = 1\n[[rule]]\nname = "apply"\neffect = "allow"\nwhen.action = "proposal.apply"\n'
        'require.approvals = { min = 1, bound = ["resource.diff"] }\n'
    )
    approvals = [{"by": "ana", "age_s": 0, "digest": digest}]
    assert policy.decide({**request, "facts": {"approvals": approvals}}).allowed
    assert doorward.digest(request, ["resource.size"]) is None
    assert doorward.digest(request, ["no.field"]) is None
    with pytest.raises(TypeError):
        doorward.digest(request, "resource.diff")


def test_paths_are_those_that_deciding_looks_at(policy: Policy) -> None:
    request = {**bash("cd web && make > log"), "facts": {"cwd": "/srv"}}
    assert policy.paths(request) == ["/srv/web", "/srv/web/log"]
    with pytest.raises(doorward.RequestError):
        policy.paths({"action": object()})


def test_resolve_says_where_links_lead(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "keys").mkdir()
    (root / "project").mkdir()
    (root / "project" / "link").symlink_to(root / "keys")
    policy = Policy.from_toml(
        "doorward = 1\n[[rule]]\nname = 'keys'\neffect = 'deny'\n"
        f"when.path = '{root}/keys'\n[[rule]]\nname = 'inside'\neffect = 'allow'\nwhen.op = 'file.read'\nwhen.path = './'\n"
    )
    facts = {"cwd": f"{root}/project", "project": f"{root}/project", "home": "/home/ana"}
    request = {"action": "Read", "input": {"file_path": "link/id"}, "facts": facts}
    assert policy.decide(request).effect == "allow"
    resolved = policy.resolve(request)
    assert resolved == {f"{root}/project/link/id": f"{root}/keys/id"}
    assert policy.decide({**request, "facts": {**facts, "resolved": resolved}}).basis.rule == "keys"
    command = {"action": "Bash", "input": {"command": "cat l*/id"}, "facts": facts}
    (root / "keys" / "id").touch()
    assert policy.resolve(command) == {f"{root}/project/l*/id": [f"{root}/keys/id"]}
