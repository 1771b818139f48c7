"""Decides the shared cases through the Python package: conformance.py CASES OUT.

Each case is one line of JSON. A decide case goes through `decide_json` and, when Python's own reader takes the text
without loss, through `decide` as a mapping; both must give the same decision. Errors are written from the
attributes of the exceptions, so that those are compared with the other languages too.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from doorward import Diagnostic, Policy, PolicyError, RequestError, Source


class Lossy(ValueError):
    """Python's reader would take this text for something else."""


def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(items)
    if len(table) != len(items):
        raise Lossy("duplicate key")
    return table


def constant(name: str) -> Any:
    raise Lossy(name)


def number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Lossy(text)
    return value


def mapping(text: str | bytes) -> Any:
    """The request as Python reads it; `Lossy` when that is not what the text says."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=number)
    except (ValueError, RecursionError) as error:
        raise Lossy(str(error)) from error


def canonical(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def diagnostics(found: tuple[Diagnostic, ...]) -> str:
    rows = [dataclasses.asdict(diagnostic) for diagnostic in found]
    for row in rows:
        if row["hint"] is None:
            del row["hint"]
    return canonical({"diagnostics": rows})


def load(sources: list[dict[str, Any]]) -> Policy | PolicyError:
    try:
        return Policy.from_sources(Source(**source) for source in sources)
    except PolicyError as error:
        return error


@dataclasses.dataclass
class Run:
    """What one run over the cases counts."""

    ran: int = 0
    mapped: int = 0
    failed: int = 0

    def decide(self, name: str, policy: Policy, text: str | bytes) -> str:
        """The output for a request; fails the case when text and mapping differ."""
        code = None
        try:
            output = policy.decide_json(text)
        except RequestError as error:
            code = error.code
            output = canonical({"error": {"code": error.code, "message": str(error)}})
        try:
            request = mapping(text)
        except Lossy:
            return output
        self.mapped += 1
        refused = None
        try:
            decision = policy.decide(request)
            (again,) = policy.decide_many([request])
            other = decision.to_json()
            agree = output == other and decision == again
        except RequestError as error:
            # A mapping has no byte offset, so the messages differ; what is wrong is the same.
            other = refused = error.code
            agree = code == refused
        if "too-large" in (code, refused):  # spaces and the last comma count in only one of them
            agree = True
        if not agree:
            self.failed += 1
            print(f"{name}: as a text {output}, as a mapping {other}", file=sys.stderr)
        return output


def main(cases: str, out: str) -> int:
    run = Run()
    key: object = None
    loaded: Policy | PolicyError | None = None
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    with open(cases, encoding="utf-8", newline="\n") as lines, open(out, "w", encoding="utf-8", newline="\n") as rows:
        for line in lines:
            case = json.loads(line)
            if loaded is None or key != case["sources"]:
                key = case["sources"]
                loaded = load(case["sources"])
            if isinstance(loaded, PolicyError):
                output = diagnostics(loaded.diagnostics)
            elif "request_base64" in case:
                output = run.decide(case["name"], loaded, base64.b64decode(case["request_base64"]))
            elif "request" in case:
                output = run.decide(case["name"], loaded, case["request"])
            else:
                output = diagnostics(loaded.warnings)
            rows.write(canonical({"name": case["name"], "output": output}) + "\n")
            run.ran += 1
    print(f"{run.mapped} requests went as text and as a mapping, {run.failed} of them differ")
    print(f"conformance python ran={run.ran} skipped=0")
    return 1 if run.failed or not run.ran else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: conformance.py CASES OUT")
    sys.exit(main(sys.argv[1], sys.argv[2]))
