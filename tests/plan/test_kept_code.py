"""What is kept about code saves parsing it, and changes nothing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkout import ROOT
from galaxyzoo.plan.kept_code import KEPT

# Prints the fingerprints of a workflow's scripts, and how often code was parsed for them.
PRINT = """
import ast, json, sys
from pathlib import Path
count, parse = [0], ast.parse
def counted(*arguments):
    count[0] += 1
    return parse(*arguments)
ast.parse = counted
sys.path.insert(0, "workflow")
from galaxyzoo.plan.fingerprints import code_fingerprints, keep_parsed
found = code_fingerprints(Path("workflow"))
keep_parsed()
print(json.dumps([found, count[0]]))
"""


@pytest.fixture
def workflow(tmp_path) -> Path:
    """A folder with a copy of the workflow's code, of which nothing is known yet."""
    for name in ("galaxyzoo", "scripts"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "workflow" / name, tmp_path / "workflow" / name, ignore=ignored)
    return tmp_path


def printed(folder: Path) -> tuple[dict, int]:
    run = subprocess.run([sys.executable, "-c", PRINT], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return tuple(json.loads(run.stdout))


def test_code_is_parsed_again_only_where_it_was_edited(workflow):
    first, parsed = printed(workflow)
    assert parsed > 100
    assert printed(workflow) == (first, 0)
    module = workflow / "workflow" / "galaxyzoo" / "engine" / "training.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("MOMENTUM = 0.99", "MOMENTUM = 0.98"), encoding="utf-8")
    edited, parsed = printed(workflow)
    assert parsed == 1
    assert edited["train_stage"] != first["train_stage"]
    module.write_text(text, encoding="utf-8")
    assert printed(workflow)[0] == first


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": ["b"', b"\xff"])
def test_what_was_kept_and_cannot_be_read_is_found_out_anew(workflow, content):
    first, parsed = printed(workflow)
    (workflow / KEPT).write_bytes(content)
    assert printed(workflow) == (first, parsed)
    assert printed(workflow) == (first, 0)


def test_other_ways_to_see_code_know_nothing_of_it(workflow):
    parsed = printed(workflow)[1]
    fingerprints = workflow / "workflow" / "galaxyzoo" / "plan" / "fingerprints.py"
    with fingerprints.open("a", encoding="utf-8") as file:
        file.write("\n")
    assert printed(workflow)[1] == parsed
