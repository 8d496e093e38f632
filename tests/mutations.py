"""Change the module in one place at a time, and list what the tests do not notice.

    python tests/mutations.py --changes 100 --seed 1

draws that many single changes of the shared module: another number, another comparison, another
sign, `and` for `or`. The tests that need no Snakemake are run once, to learn which of them reach
which function. Then each change is made in a copy of the repository, one copy a core, and the tests
that reach its function are run there until the first failure; for what is outside of functions,
those that reach its module, or those of its room. What survives is listed with its line, to be
judged by hand: a change may mean the same. tests/README.md says how to read the result.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import coverage

ROOT = Path(__file__).parents[1]
MODULE = ROOT / "workflow" / "galaxyzoo"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--without-snakemake"]
PYTEST += ["-k", "not compiled"]
WRONGLY_ASKED, NO_TESTS = 4, 5  # exit statuses of pytest: for a test that is not there, for none
MINUTES = 10  # after which a change counts as noticed: it has made something endless
SWAPPED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Change(NamedTuple):
    """A single change: the file, its line, in words, and the number of the node that changes."""

    path: Path
    line: int
    what: str
    node: int

    def text(self) -> str:
        """The whole text of the changed file."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        apply(list(ast.walk(tree))[self.node])
        return ast.unparse(ast.fix_missing_locations(tree))


def changes(path: Path) -> Iterator[Change]:
    """All single changes of a file. Annotations and messages of errors are left alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_alone = {
        id(inner)
        for node in ast.walk(tree)
        for part in (
            [node.exc] if isinstance(node, ast.Raise) and node.exc else [],
            [node.annotation]
            if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation
            else [],
            [node.returns] if isinstance(node, ast.FunctionDef) and node.returns else [],
        )
        for outer in part
        for inner in ast.walk(outer)
    }
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in left_alone:
            continue
        for what in swaps(node):
            yield Change(path, getattr(node, "lineno", 0), what, number)


def swaps(node: ast.AST) -> Iterator[str]:
    """What can be changed at a node, in words: nothing, or one thing."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield f"{node.value} -> {other_number(node.value)}"
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield f"{type(node.ops[0]).__name__} -> {SWAPPED[type(node.ops[0])].__name__}"
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPPED:
        yield f"{type(node.op).__name__} -> {SWAPPED[type(node.op)].__name__}"


def apply(node: ast.AST) -> None:
    """Make the one change at a node."""
    if isinstance(node, ast.Constant):
        node.value = other_number(node.value)
    elif isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()
    else:
        node.op = SWAPPED[type(node.op)]()


def other_number(value: float) -> float:
    """One more for a whole number, half as much again for another."""
    return value + 1 if isinstance(value, int) else 1.5 * value or 1.0


def reached(folder: Path) -> coverage.CoverageData:
    """Which tests reach which lines, from a run of all that need no Snakemake."""
    command = [*PYTEST, "--cov=workflow/galaxyzoo", "--cov-context=test", "--cov-report="]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    data = coverage.CoverageData(str(folder / ".coverage"))
    data.read()
    return data


def tests_of(change: Change, data: coverage.CoverageData, measured: Path) -> list[str]:
    """The tests that reach the function of a change, or, if none does, its module or room.

    `measured` is the copy in which `data` was measured. A fixture that several tests share is
    reached by the first of them, so all tests of its file count.
    """
    contexts = data.contexts_by_lineno(str(measured / change.path.relative_to(ROOT)))
    function = lines_of_function(change)
    tests = {test for line in function for test in contexts.get(line, []) if test}
    tests = tests or {test for tests in contexts.values() for test in tests if test}
    if not tests:  # a module of tables, which no test calls
        return [f"tests/{change.path.relative_to(MODULE).parts[0].removesuffix('.py')}"]
    whole = {test.partition("::")[0] for test in tests if not test.endswith("|run")}
    single = {test.rpartition("|")[0].partition("[")[0] for test in tests}
    return sorted(whole | {test for test in single if test.partition("::")[0] not in whole})


def lines_of_function(change: Change) -> range:
    """The lines of the innermost function that a change is in; none if it is in none."""
    tree = ast.parse(change.path.read_text(encoding="utf-8"))
    around = [
        range(node.body[0].lineno, node.end_lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= change.line <= node.end_lineno
    ]
    return min(around, key=len, default=range(0))


def is_noticed(change: Change, folder: Path, tests: Sequence[str]) -> bool:
    """Whether one of some tests fails in a copy of the repository with the change."""
    target = folder / change.path.relative_to(ROOT)
    before = target.read_text(encoding="utf-8")
    target.write_text(change.text(), encoding="utf-8")
    try:
        run = subprocess.run(
            [*PYTEST, "-x", "-n", "0", *tests],
            cwd=folder,
            capture_output=True,
            timeout=60 * MINUTES,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        target.write_text(before, encoding="utf-8")
    if run.returncode == WRONGLY_ASKED:
        raise RuntimeError(f"{change.path}:{change.line}: {run.stderr.decode()}")
    return run.returncode not in (0, NO_TESTS)


def main() -> None:
    """Draw changes, try each, and list those that no test noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    files = sorted(MODULE.rglob("*.py"))
    every = [change for path in files for change in changes(path)]
    drawn = random.Random(asked.seed).sample(every, min(asked.changes, len(every)))
    survived = 0
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(cores) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(cores):
            folder = Path(name) / str(number)
            shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".venv", ".git", "results"))
            copies.put(folder)

        measured = Path(name) / "0"
        data = reached(measured)
        tests = {change: tests_of(change, data, measured) for change in drawn}

        def survives(change: Change) -> bool:
            """Try a change in whichever copy is free."""
            folder = copies.get()
            try:
                return not is_noticed(change, folder, tests[change])
            finally:
                copies.put(folder)

        tries = {pool.submit(survives, change): change for change in drawn}
        for tried, done in enumerate(as_completed(tries), 1):
            change = tries[done]
            if done.exception():
                pool.shutdown(wait=False, cancel_futures=True)
            if done.result():
                survived += 1
                print(f"{change.path.relative_to(ROOT)}:{change.line}: {change.what}", flush=True)
            print(f"{tried} tried, {survived} not noticed", file=sys.stderr, flush=True)
    print(f"{len(drawn)} of {len(every)} single changes tried, {survived} not noticed")


if __name__ == "__main__":
    main()
