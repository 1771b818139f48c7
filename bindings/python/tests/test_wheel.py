"""The wheel: built, installed alone into an empty environment, used from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

SCRIPT = """\
import sys
import doorward
assert "site-packages" in doorward.__file__, doorward.__file__
policy = doorward.Policy.from_toml('''
doorward = 1
[[rule]]
name = "no-push"
effect = "deny"
when.command = "git push"
''')
decision = policy.decide({"action": "Bash", "input": {"command": "git push"}})
assert policy.decide_json('{"action":"Bash","input":{"command":"git push"}}') == decision.to_json()
print(decision.effect, decision.basis.rule, doorward.__version__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "maturin", "build", "--release", "--out", str(out)]
    built = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (made,) = out.glob("*.whl")
    return made


def test_wheel_serves_every_python_from_3_10_on(wheel: Path) -> None:
    assert "-cp310-abi3-" in wheel.name


def test_wheel_holds_the_typed_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = {f"doorward/{path.name}" for path in (PROJECT / "python" / "doorward").glob("*.py*")}
    extension = {name for name in names if name.startswith("doorward/_core.") and not name.endswith(".pyi")}
    assert len(extension) == 1
    assert names - extension == sources | {"doorward/py.typed"}
    assert "doorward/_core.pyi" in sources


def test_installed_wheel_decides_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(python), "-I", *arguments], cwd=empty, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "pip", "install", "--no-index", "--no-deps", str(wheel))
    version = wheel.name.split("-")[1]
    assert run("-c", SCRIPT) == f"deny no-push {version}\n"
