"""A fingerprint sees code as it behaves, the same on every Python, and skips no import."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkout import ROOT
from galaxyzoo.plan.fingerprints import code_fingerprint, code_fingerprints

WORKFLOW = ROOT / "workflow"
SYNTAX = '''"""All that the versions of Python write differently in a syntax tree."""

from dataclasses import dataclass


@dataclass
class Star:
    """A star."""

    name: str
    light: float = 1.5

    def said(self, width: int = 8, /, *others, exact: bool = False, **more) -> str:
        """What is said."""
        try:
            text = f"{self.name:>{width}}" f"{self.light=}" "nothing" f"{width!r:^{width}.{width}}"
        except* OSError as error:
            raise ValueError(f"no {self.name} in {width:>{width}}") from error
        match others:
            case [first, *_] if first:
                return rf"\\{first:%H:%M}"
            case {"a": None, **rest} | {"b": [1j, _], **rest}:
                return u"plain" + str(rest) + str(...)
        return [text async for text in self] if exact else (lambda *a, b=1: (yield))
'''
# Written down from Python 3.11.7: any change of what a fingerprint sees retrains everything.
GOLDEN = "de950c42ed30"


def pythons() -> list[str]:
    """Commands of the supported Pythons that are here, besides the one that runs this."""
    found = []
    for minor in range(11, 20):
        command = shutil.which(f"python3.{minor}")
        if not command or subprocess.run([command, "-c", ""], capture_output=True).returncode:
            pyenv = shutil.which("pyenv")
            prefix = pyenv and subprocess.run(
                [pyenv, "prefix", f"3.{minor}"], capture_output=True, text=True
            )
            if not prefix or prefix.returncode:
                continue
            command = str(Path(prefix.stdout.strip()) / "bin" / "python")
        found.append(command)
    return found


@pytest.fixture
def write(tmp_path):
    """A function that writes files of a package `galaxyzoo`, and a script that imports it."""

    def files(script: str, **modules: str) -> list[str]:
        package = tmp_path / "galaxyzoo"
        for name in ("", "room"):
            (package / name).mkdir(exist_ok=True)
            (package / name / "__init__.py").touch()
        for name, code in modules.items():
            path = package / name.replace("room__init__", "room/__init__").replace("room_", "room/")
            path.with_suffix(".py").write_text(code, encoding="utf-8")
        (tmp_path / "scripts").mkdir(exist_ok=True)
        (tmp_path / "scripts" / "script.py").write_text(script, encoding="utf-8")
        return code_fingerprints(tmp_path)["script"]

    return files


def fingerprint(tmp_path: Path, code: str) -> str:
    path = tmp_path / "code.py"
    path.write_text(code, encoding="utf-8")
    return code_fingerprint(path)


def names(fingerprints: list[str]) -> list[str]:
    return [line.split()[0] for line in fingerprints]


def test_the_fingerprint_is_the_golden_one(tmp_path):
    assert fingerprint(tmp_path, SYNTAX) == GOLDEN


def test_every_python_sees_the_same_in_all_of_the_project_s_code(tmp_path):
    (tmp_path / "syntax.py").write_text(SYNTAX, encoding="utf-8")
    files = [tmp_path / "syntax.py", *sorted(WORKFLOW.rglob("*.py"))]
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from galaxyzoo.plan.fingerprints import code_fingerprint\n"
        "for line in sys.stdin: print(code_fingerprint(Path(line.strip())))"
    )
    found = {
        python: subprocess.run(
            [python, "-c", code],
            input="\n".join(map(str, files)),
            env=os.environ | {"PYTHONPATH": str(WORKFLOW), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for python in {sys.executable, *pythons()}
    }
    assert found[sys.executable][0] == GOLDEN
    assert len(found[sys.executable]) == len(files)
    assert all(prints == found[sys.executable] for prints in found.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1  # one\n", "x = (1)\n"),
        ('def f():\n    """One."""\n    return 1\n', "def f():\n\n    return 1\n"),
        ('raise ValueError("one")', 'raise ValueError("another " "word")'),
        ('raise ValueError(f"no {x} there") from e', 'raise ValueError(f"{x}: nothing") from e'),
        ('log.info("%s is read", x)', 'log.info("now %s", x)'),
        ('job.log.warning(f"{x} is left")', 'job.log.warning(f"left: {x}")'),
    ],
)
def test_layout_and_the_words_of_errors_and_logs_do_not_count(tmp_path, one, other):
    assert fingerprint(tmp_path, one) == fingerprint(tmp_path, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ('x = "1"', 'x = b"1"'),
        ('axes.set_xlabel("epoch")', 'axes.set_xlabel("epochs")'),
        ('table["rmse"]', 'table["error"]'),
        ('x = f"seed {s}"', 'x = f"Seed {s}"'),
        ('x = f"{s:.3f}"', 'x = f"{s:.4f}"'),
        ('raise ValueError("no")', 'raise KeyError("no")'),
        ('log.info("%d", f(x))', 'log.info("%d", f(y))'),
        ('ledger.info("one")', 'ledger.info("two")'),
        ("def f(a, b=1): pass", "def f(a, *, b=1): pass"),
        ("import a.b", "import a.c"),
    ],
)
def test_what_reaches_an_output_counts(tmp_path, one, other):
    assert fingerprint(tmp_path, one) != fingerprint(tmp_path, other)


def test_imports_are_followed_by_file_however_deep_and_within_functions(write):
    found = write(
        "from galaxyzoo.room.one import f\nimport galaxyzoo.config\nimport job\nimport numpy",
        room_one="def f():\n    from galaxyzoo.room import two\n    return two",
        room_two="x = 1",
        room_three="x = 1",
        config="x = 1",
    )
    modules = ["galaxyzoo/config.py", "galaxyzoo/room/one.py", "galaxyzoo/room/two.py"]
    assert names(found) == [*modules, "scripts/script.py"]


def test_code_in_an_init_is_tracked_with_what_it_imports(write):
    script = "from galaxyzoo.room import f"
    found = write(script, room__init__="from galaxyzoo.room.one import f", room_one="f = 1")
    assert names(found)[:2] == ["galaxyzoo/room/__init__.py", "galaxyzoo/room/one.py"]
    assert found != write(script, room__init__="from galaxyzoo.room.one import f", room_one="f = 2")
    inner = write("from galaxyzoo.room.one import f", room__init__="x = 1", room_one="f = 1")
    assert "galaxyzoo/room/__init__.py" in names(inner)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("from galaxyzoo.room import f", r"script\.py, line 1: `galaxyzoo\.room\.f` is no module"),
        ("\nfrom galaxyzoo.rom.one import f", r"line 2: `galaxyzoo\.rom\.one\.f` is no module"),
        ("import galaxyzoo.room", r"line 1: `galaxyzoo\.room` is no module of galaxyzoo"),
        ("from . import one", r"script\.py, line 1: relative imports are not followed"),
        ("from galaxyzoo.room import *", r"`galaxyzoo\.room\.\*` is no module"),
    ],
)
def test_what_cannot_be_followed_is_refused(write, script, message):
    with pytest.raises(ImportError, match=message):
        write(script, room_one="f = 1")


def test_the_modules_behind_a_stage_are_the_engine_s_and_what_it_stands_on():
    found = names(code_fingerprints(WORKFLOW)["train_stage"])
    engine = {path.stem for path in (WORKFLOW / "galaxyzoo" / "engine").glob("*.py")}
    elsewhere = {"__init__", "lr_find", "pooled_features", "prediction", "pretrained"}  # of others
    elsewhere |= {"attribution", "augmentation_example", "ensemble", "first_sight", "hub", "trial"}
    assert set(found) == {
        "scripts/train_stage.py",
        *(f"galaxyzoo/engine/{name}.py" for name in engine - elsewhere),
        "galaxyzoo/tree/decision_tree.py",
        "galaxyzoo/tree/parents.py",
        "galaxyzoo/tree/vote_columns.py",
        "galaxyzoo/foundation/atomic_files.py",
        "galaxyzoo/foundation/checkpoint_notes.py",
        "galaxyzoo/foundation/errors.py",
        "galaxyzoo/foundation/gpus.py",
        "galaxyzoo/foundation/handed_on.py",
        "galaxyzoo/foundation/known_values.py",
        "galaxyzoo/foundation/learnt_galaxies.py",
        "galaxyzoo/foundation/locks.py",
        "galaxyzoo/foundation/galaxy_id.py",
        "galaxyzoo/foundation/packed_crops.py",
        "galaxyzoo/foundation/provenance.py",
        "galaxyzoo/foundation/randomness.py",
        "galaxyzoo/foundation/split_files.py",
        "galaxyzoo/foundation/taught_pictures.py",
    }


def test_every_init_is_empty():
    assert [str(path) for path in WORKFLOW.rglob("__init__.py") if path.read_text()] == []
