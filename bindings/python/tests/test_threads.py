"""Threads: policies are shared, and long work lets others run."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from conftest import POLICY, bash

from doorward import Policy


def test_threads_share_a_policy(policy: Policy) -> None:
    commands = ["git status", "git push", "ls", "git log"] * 50
    expected = [policy.decide(bash(command)).to_json() for command in commands]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(4):
            assert list(pool.map(lambda c: policy.decide(bash(c)).to_json(), commands)) == expected


def test_threads_ask_one_decision_for_its_parts(policy: Policy) -> None:
    decision = policy.decide(bash("git status && git push"))
    start = threading.Barrier(8)

    def part(_: int) -> object:
        start.wait()
        return decision.leaves, decision.basis, decision.to_json(), hash(decision)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(part, range(8)))) == 1


def test_dict_that_other_threads_change_is_safe(policy: Policy) -> None:
    request = bash("git push")
    shared: dict[str, object] = {f"k{i}": i for i in range(100)}
    request["resource"] = shared
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared[f"new{number % 500}"] = number
            shared.pop(f"new{(number * 7) % 500}", None)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(2000):
            assert policy.decide(request).effect == "deny"
    finally:
        stop.set()
        changer.join()


def ran_meanwhile(work: Callable[[], object]) -> bool:
    """Whether another thread got the interpreter during `work`."""
    ticks = 0
    stop = threading.Event()
    started = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1
            started.set()
            time.sleep(0)  # gives the interpreter back

    interval = sys.getswitchinterval()
    # Longer than the test: nobody takes the interpreter from us, we can only give it up.
    sys.setswitchinterval(1000)
    ticker = threading.Thread(target=tick, daemon=True)
    try:
        ticker.start()
        started.wait()
        before = ticks
        work()
        return ticks > before
    finally:
        stop.set()
        sys.setswitchinterval(interval)
        ticker.join()


def lets_others_run(work: Callable[[], object]) -> bool:
    """Whether `work` ever gives up the interpreter; on a busy machine the other thread may miss a short chance."""
    return any(ran_meanwhile(work) for _ in range(20))


def test_short_work_keeps_the_interpreter(policy: Policy) -> None:
    request = bash("git push")
    assert not ran_meanwhile(lambda: policy.decide(request))


def test_others_run_while_a_batch_is_decided(policy: Policy) -> None:
    requests = [bash("git status && " * 50 + "git push")] * 2000
    assert lets_others_run(lambda: policy.decide_many(requests))


def test_others_run_while_a_policy_compiles() -> None:
    rule = '\n[[rule]]\nname = "r{0}"\neffect = "deny"\nwhen.command = "program{0} sub"\n'
    text = POLICY + "".join(rule.format(number) for number in range(1000))
    assert lets_others_run(lambda: Policy.from_toml(text))


def test_others_run_while_a_large_request_is_decided(policy: Policy) -> None:
    request = bash("git status && " * 20_000 + "git push")
    assert lets_others_run(lambda: policy.decide(request))
    text = json.dumps(request)
    assert lets_others_run(lambda: policy.decide_json(text))
