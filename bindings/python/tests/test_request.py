"""Requests: any mapping, read in place, and what no request can hold."""

from __future__ import annotations

import collections
import enum
import json
import pickle
import sys
import types
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import FACTS, bash

from doorward import Policy, RequestError


def refused(policy: Policy, request: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        policy.decide(request)
    assert isinstance(caught.value, ValueError)
    assert caught.value.offset is None
    return caught.value


class Lazy(Mapping[str, object]):
    """A mapping that is no dict."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self.data = data

    def __getitem__(self, key: str) -> object:
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)


def test_any_mapping_is_read(policy: Policy) -> None:
    plain = bash("git push")
    expected = policy.decide(plain)
    assert expected.effect == "deny"
    for mapping in (
        Lazy({"action": "Bash", "input": Lazy({"command": "git push"}), "facts": FACTS}),
        types.MappingProxyType(plain),
        collections.OrderedDict(plain),
        collections.ChainMap({"action": "Bash"}, plain),
    ):
        assert policy.decide(mapping) == expected


def test_subclass_of_dict_is_read_through_its_own_items(policy: Policy) -> None:
    class Upper(dict[str, Any]):
        def items(self) -> Any:
            return [(key, "git push") for key in self]

    assert policy.decide(bash("", input=Upper(command="git status"))).effect == "deny"


def test_every_type_of_json_is_read(policy: Policy) -> None:
    values: list[object] = [None, True, False, 0, -5, 2**53 - 1, 1.5, "x", "žluť 🦊", [], {}, [1, "a", [None]], (1, 2)]
    request = bash("git status", resource={"type": "t", "id": "1", "values": values})
    assert policy.decide(request) == policy.decide(bash("git status"))


def test_subclasses_of_plain_types_are_read_as_those(policy: Policy) -> None:
    class Word(str):
        pass

    class Command(str, enum.Enum):
        PUSH = "git push"

    class Level(enum.IntEnum):
        HIGH = 3

    pair = collections.namedtuple("pair", "a b")
    request = {Word("action"): Word("Bash"), "input": {"command": Command.PUSH, "n": Level.HIGH, "p": pair(1, 2)}}
    assert policy.decide(request).basis.rule == "no-push"


@pytest.mark.parametrize(
    ("extra", "path", "what"),
    [
        ({"tags": {1, 2}}, "input.tags", "`set`"),
        ({"files": ["a", b"b"]}, "input.files[1]", "`bytes`"),
        ({"deep": {"er": ({"odd key": Decimal(1)},)}}, 'input.deep.er[0]["odd key"]', "`decimal.Decimal`"),
        ({"path": Path("x")}, "input.path", "Path`"),
        ({"thing": object()}, "input.thing", "`object`"),
        ({"kind": str}, "input.kind", "`type`"),
        ({"by": {7: "x"}}, "input.by", "key of type `int`"),
        ({"by": {None: "x"}}, "input.by", "key of type `NoneType`"),
        ({"by": {("a",): "x"}}, "input.by", "key of type `tuple`"),
        ({"z": 1j}, "input.z", "`complex`"),
        ({"it": iter([])}, "input.it", "`list_iterator`"),
        ({"b": bytearray(b"x")}, "input.b", "`bytearray`"),
    ],
)
def test_unsupported_type_says_where_and_what(
    policy: Policy, extra: dict[str, object], path: str, what: str
) -> None:
    error = refused(policy, {"action": "X", "input": extra})
    assert (error.code, error.path) == ("unsupported-type", path)
    assert path in str(error) and what in str(error)


@pytest.mark.parametrize("request_", [set(), b"{}", object(), iter([]), Decimal(1)])
def test_unsupported_type_at_the_top(policy: Policy, request_: object) -> None:
    error = refused(policy, request_)
    assert (error.code, error.path) == ("unsupported-type", None)


@pytest.mark.parametrize("request_", [None, True, 1, 1.5, "{}", [], [{}], ()])
def test_request_that_is_no_mapping_is_refused(policy: Policy, request_: object) -> None:
    assert refused(policy, request_).code == "not-an-object"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("\ud800", "lone-surrogate"),
        ("a\udfff", "lone-surrogate"),
        (float("nan"), "not-finite"),
        (float("-inf"), "not-finite"),
        (2**53, "number-out-of-range"),
        (-(2**53), "number-out-of-range"),
        (2**63, "number-out-of-range"),
        (10**5000, "number-out-of-range"),
    ],
    ids=lambda value: None if isinstance(value, str) and value.isascii() else type(value).__name__,
)
def test_value_beyond_json_says_where(policy: Policy, value: object, code: str) -> None:
    error = refused(policy, bash("x", actor={"id": "ana", "marks": [1, value]}))
    assert (error.code, error.path) == (code, "actor.marks[1]")


def test_key_with_a_lone_surrogate_is_refused(policy: Policy) -> None:
    assert refused(policy, {"action": "X", "input": {"\ud800": 1}}).code == "lone-surrogate"


def test_mapping_that_repeats_a_key_is_refused(policy: Policy) -> None:
    class Twice(Lazy):
        def __iter__(self) -> Iterator[str]:
            return iter(["command", "command"])

    error = refused(policy, {"action": "Bash", "input": Twice({"command": "git status"})})
    assert error.code == "duplicate-key"


def test_container_inside_itself_is_too_deep(policy: Policy) -> None:
    table: dict[str, object] = {"action": "X"}
    table["input"] = table
    items: list[object] = []
    items.append(items)

    class Endless(Lazy):
        def __getitem__(self, key: str) -> object:
            return self

    for request in (table, {"input": items}, {"input": ((items,),)}, Endless({"input": 1})):
        assert refused(policy, request).code == "too-deep"


def test_path_of_an_error_stays_short(policy: Policy) -> None:
    table: dict[str, object] = {}
    table["k" * 10_000] = table
    error = refused(policy, table)
    assert error.path is not None and len(error.path) < 300


def test_endless_mapping_is_too_large(policy: Policy) -> None:
    class Endless(Lazy):
        def __iter__(self) -> Iterator[str]:
            number = 0
            while True:
                number += 1
                yield f"{number:01000}"

        def __getitem__(self, key: str) -> object:
            return None

    assert refused(policy, {"action": "X", "input": Endless({})}).code == "too-large"


def test_list_that_grows_while_it_is_read_is_too_large(policy: Policy) -> None:
    items: list[object] = []

    class Grow(Lazy):
        def __iter__(self) -> Iterator[str]:
            items.append(self)
            return iter(["k" * 100_000])

    items.append(Grow({"k" * 100_000: 1}))
    assert refused(policy, {"action": "X", "input": items}).code == "too-large"


def test_huge_text_is_too_large(policy: Policy) -> None:
    assert refused(policy, bash("x" * (17 << 20))).code == "too-large"


def test_exception_of_a_mapping_is_passed_on(policy: Policy) -> None:
    class Mine(Exception):
        pass

    class Broken(Lazy):
        def __getitem__(self, key: str) -> object:
            raise Mine(key)

    with pytest.raises(Mine, match="command"):
        policy.decide({"action": "Bash", "input": Broken({"command": "x"})})
    with pytest.raises(Mine):
        policy.decide_many([bash("git status"), Broken({"action": "x"})])

    class Stopped(Lazy):
        def __iter__(self) -> Iterator[str]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        policy.decide({"action": "Bash", "input": Stopped({})})


def test_odd_items_are_an_error_and_no_decision(policy: Policy) -> None:
    class Odd(Lazy):
        def __init__(self, answer: object) -> None:
            self.answer = answer

        def items(self) -> Any:
            return self.answer

    for answer in ([("a",)], [1], ["abc"], None, 3):
        with pytest.raises((TypeError, ValueError)):
            policy.decide({"action": "Bash", "input": Odd(answer)})


def test_object_that_lies_about_its_class_is_an_error(policy: Policy) -> None:
    class Liar:
        @property
        def __class__(self) -> Any:
            raise RuntimeError("no class")

        @__class__.setter
        def __class__(self, value: object) -> None: ...

    with pytest.raises(RuntimeError, match="no class"):
        policy.decide({"action": "Bash", "input": Liar()})


def test_dict_that_changes_while_it_is_read_is_safe(policy: Policy) -> None:
    for change in ("clear", "grow"):
        outer: dict[str, object] = {"action": "Bash"}

        class Meddler(Lazy):
            def __iter__(self, outer: dict[str, object] = outer, change: str = change) -> Iterator[str]:
                if change == "clear":
                    outer.clear()
                else:
                    outer.update({f"new{i}": i for i in range(1000)})
                return iter(())

        outer["resource"] = Meddler({})
        outer["input"] = {"command": "git push"}
        assert policy.decide(outer).basis.rule == "no-push"


def test_list_that_shrinks_while_it_is_read_is_safe(policy: Policy) -> None:
    items: list[object] = []

    class Meddler(Lazy):
        def __iter__(self) -> Iterator[str]:
            items.clear()
            return iter(())

    items.extend([Meddler({}), 1, 2, 3])
    assert policy.decide(bash("git push", resource={"items": items})).effect == "deny"


def test_request_is_left_as_it_was(policy: Policy) -> None:
    request = bash("git status", resource={"tags": ["a", "b"]})
    before = json.dumps(request)
    counts = sys.getrefcount(request), sys.getrefcount(request["resource"]["tags"])
    policy.decide(request)
    assert json.dumps(request) == before
    assert (sys.getrefcount(request), sys.getrefcount(request["resource"]["tags"])) == counts


def test_text_and_mapping_get_the_same_decision(policy: Policy) -> None:
    for command in ("git status", "git push", "ls", "git log && git push", "žluť"):
        request = bash(command)
        for text in (json.dumps(request), json.dumps(request, ensure_ascii=False).encode()):
            assert policy.decide_json(text) == policy.decide(request).to_json()


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ('{"action":', "truncated", 10),
        ('{"action":"Bash","action":"Read"}', "duplicate-key", 17),
        (b'{"action":"\xff"}', "invalid-utf8", 11),
        ("[]", "not-an-object", None),
    ],
)
def test_malformed_text_is_refused_with_its_place(
    policy: Policy, text: str | bytes, code: str, offset: int | None
) -> None:
    with pytest.raises(RequestError) as caught:
        policy.decide_json(text)
    error = caught.value
    assert (error.code, error.offset, error.path) == (code, offset, None)


def test_str_with_a_lone_surrogate_is_refused(policy: Policy) -> None:
    with pytest.raises(RequestError) as caught:
        policy.decide_json('{"action":"\ud800"}')
    assert caught.value.code == "lone-surrogate"


@pytest.mark.parametrize("text", [None, 1, {}, bytearray(b"{}")])
def test_decide_json_takes_str_or_bytes(policy: Policy, text: Any) -> None:
    with pytest.raises(TypeError):
        policy.decide_json(text)


def test_request_error_survives_pickling(policy: Policy) -> None:
    error = refused(policy, {"action": {1}})
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.code, again.offset, again.path) == (
        RequestError,
        str(error),
        "unsupported-type",
        None,
        "action",
    )


def test_batch_is_decided_in_order(policy: Policy) -> None:
    commands = ["git status", "git push", "ls"] * 20
    decisions = policy.decide_many(bash(command) for command in commands)
    assert [d.to_json() for d in decisions] == [policy.decide(bash(c)).to_json() for c in commands]
    assert policy.decide_many([]) == []


def test_malformed_request_fails_the_batch_and_says_which(policy: Policy) -> None:
    with pytest.raises(RequestError) as caught:
        policy.decide_many([bash("git status"), {"action": "X", "input": {"tags": {1}}}])
    assert caught.value.path == "[1].input.tags"


def test_batch_must_be_iterable(policy: Policy) -> None:
    with pytest.raises(TypeError):
        policy.decide_many(3)  # type: ignore[arg-type]


def test_mapping_that_decides_while_it_is_read_ends_in_recursion_error(policy: Policy) -> None:
    class Again(Lazy):
        def items(self) -> Any:
            request: object = self
            for _ in range(60):
                request = [request]
            policy.decide({"input": request})

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)  # each turn takes native stack too, most of it in a debug build
    try:
        with pytest.raises(RecursionError):
            policy.decide(Again({}))
    finally:
        sys.setrecursionlimit(limit)
