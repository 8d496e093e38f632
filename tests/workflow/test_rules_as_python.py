"""The files of rules as Python: all of them share one namespace, which no linter sees."""

import builtins
import subprocess
import sys
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import snakemake.api  # before snakemake.workflow, which imports it in turn
import snakemake.ioutils
from snakemake.parser import parse
from snakemake.sourcecache import LocalSourceFile

from checkout import ROOT

# What Snakemake puts into the namespace besides its functions.
GIVEN = {"workflow", "config", "rules", "checkpoints", "storage", "access", "scattergather"}


def as_python() -> str:
    """All files of rules, one after the other as the Snakefile includes them."""
    rules = ROOT / "workflow" / "rules"
    last = ["ensemble.smk"]
    first = ["common.smk", "settings.smk", "machine.smk", "refusals.smk", "figures.smk", "plan.smk"]
    others = sorted(
        path.relative_to(rules).as_posix()
        for path in rules.rglob("*.smk")
        if path.name not in first + last
    )
    files = [*(rules / name for name in first + others + last), ROOT / "Snakefile"]
    cache = SimpleNamespace(open=lambda file: StringIO(Path(str(file)).read_text("utf-8")))
    reader = SimpleNamespace(sourcecache=cache)
    return "\n".join(parse(LocalSourceFile(str(path)), reader, linemap={})[0] for path in files)


def faults(code: str) -> str:
    """What ruff says of the code."""
    known = GIVEN | set(vars(snakemake.ioutils)) | set(vars(snakemake.workflow))
    command = [Path(sys.executable).with_name("ruff"), "check", "--isolated", "--no-cache"]
    options = ["--select", "F", "--output-format", "concise", "--target-version", "py311"]
    given = ",".join(sorted(name for name in known if name not in vars(builtins)))
    run = subprocess.run(
        [*command, *options, "--config", f"builtins = {given.split(',')!r}", "-"],
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr


def test_no_rule_file_imports_twice_or_for_nothing_or_names_what_is_not_there():
    code = as_python()
    assert "All checks passed" in faults(code), faults(code)
    twice = code + "\nfrom snakemake.exceptions import WorkflowError\n"
    assert "F811" in faults(twice)
    assert "F401" in faults("import zipfile\n" + code)
