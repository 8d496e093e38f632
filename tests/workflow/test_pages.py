"""What the pages say: their commands run, their links lead somewhere, README is short."""

import io
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
import yaml
from PIL import Image

from checkout import ROOT, TINY
from warm import run_snakemake

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(ROOT / name for name in ("config/README.md", "tests/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}
PROGRAMS = ("snakemake", "python", "make", "pytest", "FULL=1 make", ".venv/bin/pytest")
# Commands that a dry run cannot stand for, by their options, and the tests that run them.
RUN_IN = {
    "--report": "tests/workflow/test_workflow.py",
    "--sdm": "tests/plan/test_images.py",
    "--workflow-profile": "tests/slurm/test_slurm.py",
    "--touch": "tests/plan/test_first_reading.py",
    "--unlock": "tests/engine/test_resume.py",
    "workflow/scripts/browse.py": "tests/showing/test_browse.py",
    "workflow/scripts/compare_suggestions.py": "tests/catalogue/test_suggestions.py",
    "workflow/scripts/judge_neighbours.py": "tests/catalogue/test_judged_neighbours.py",
    "workflow/scripts/label.py": "tests/labelling/test_label.py",
    "workflow/scripts/show.py": "tests/showing/test_show.py",
    "workflow/scripts/watch.py": "tests/runs/test_watch.py",
}
# What stands in for a user's own files, and for the finished experiments of the pages.
NAMES = {
    "files=PATH": "files=kaggle",
    "galaxies=PATH": "galaxies=pictures",
    "results/<experiment>": "results/tiny",
    "results/<name>": "results/tiny",
    "<variant>": "views",
    "<file>": "kaggle.yaml",
    "results/demo/config": "results/tiny/config",
    "results/kaggle-files/config": "results/tiny/config",
    "NAME": "mine",
}


def blocks(text: str) -> list[str]:
    """The commands of a page's blocks of code, each on one line and without its comment."""
    text = re.sub(r"^```\w*\n(.*?)^```$", indented, text, flags=re.MULTILINE | re.DOTALL)
    lines = re.sub(r" *\\\n +", " ", text).splitlines()
    starts = tuple(f"    {program} " for program in PROGRAMS)
    return [
        re.sub(r" +# .*", "", line).strip()
        for line in lines
        if f"{line} ".startswith(starts) and not line.startswith("     ")
    ]


def indented(block: re.Match[str]) -> str:
    """A fenced block as an indented one."""
    return textwrap.indent(block[1], "    ")


def mentions(text: str) -> list[str]:
    """The commands within a page's sentences and tables."""
    starts = tuple(f"{program} " for program in PROGRAMS)
    return [code for code in re.findall(r"`([^`\n]+)`", text) if code.startswith(starts)]


def commands(of: str) -> list[str]:
    """The different commands of a program in all pages, sorted.

    A mention of a target alone, such as `snakemake report`, stands for a whole command elsewhere.
    """
    found = {command for text in TEXTS.values() for command in blocks(text)}
    found |= {code for text in TEXTS.values() for code in mentions(text) if "-" in code}
    return sorted(command for command in found if of in command.split()[:2])


def dry_run(command: str) -> str:
    """The command as a dry run, with our files for the user's."""
    for name, ours in NAMES.items():
        command = command.replace(name, ours)
    return f"{command.replace(' -n', '')} --dry-run --quiet rules"


DRY_RUNS = [c for c in commands("snakemake") if not RUN_IN.keys() & {*c.split()}]
# `make mutations` takes a quarter of an hour, and is for who changes the tests.
SCRIPTS = [c for c in commands("python") if not {*RUN_IN, "tests/mutations.py"} & {*c.split()}]


@pytest.fixture(scope="module")
def users(finished, tmp_path_factory) -> Path:
    """A checkout with the tiny experiment under several names, and with a user's own files."""
    folder = finished.copy(tmp_path_factory.mktemp("users")).folder
    results = folder / "results"
    for name in ("demo", "others"):
        shutil.copytree(results / "tiny", results / name)
    of_all = TINY | {"variants": {"views": {"tta": {"rotations": 1}}}}
    (results / "tiny" / "comparison.yaml").write_text(yaml.safe_dump(of_all), encoding="utf-8")
    picture = io.BytesIO()
    Image.new("RGB", (240, 240)).save(picture, "JPEG")
    for name in ("pictures", "rings/images", "classes/images", "votes/images", "my_survey/images"):
        (folder / name).mkdir(parents=True)
        (folder / name / "1.jpg").write_bytes(picture.getvalue())
    for name in (
        "rings/votes.parquet",
        "classes/types.csv",
        "votes/votes.parquet",
        "my_survey/votes.csv",
        "labels.csv",
        "labels/mine/votes.csv",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("path\n1.jpg\n", encoding="utf-8")
    (folder / "kaggle").mkdir()
    for name in ("images_training_rev1", "training_solutions_rev1", "images_test_rev1"):
        with zipfile.ZipFile(folder / "kaggle" / f"{name}.zip", "w") as file:
            file.writestr("1.jpg", picture.getvalue())
    return folder


@pytest.mark.parametrize("command", sorted({*map(dry_run, DRY_RUNS)}))
def test_a_dry_run_of_each_command_succeeds(command, users):
    tokens = ("KAGGLE_API_TOKEN", "HF_TOKEN", "ZENODO_TOKEN")
    run = run_snakemake(users, shlex.split(command)[1:], dict.fromkeys(tokens, "made-up"))
    assert run.returncode == 0, run.stdout
    assert re.search(r"^total +\d+$|Nothing to be done", run.stdout, re.MULTILINE), run.stdout


def test_another_test_runs_what_has_no_dry_run():
    for what, test in RUN_IN.items():
        assert what in (ROOT / test).read_text(encoding="utf-8"), what
        asked = [*commands("snakemake"), *commands("python")]
        assert any(what in command.split() for command in asked), what


@pytest.mark.parametrize("command", SCRIPTS)
def test_each_script_runs(command, users):
    words = shlex.split(command.replace("results/demo", "results/tiny"))[1:]
    run = subprocess.run([sys.executable, *words], cwd=users, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_targets_that_are_mentioned_alone_are_in_a_whole_command():
    words = {word for command in DRY_RUNS for word in command.split()}
    for text in TEXTS.values():
        for code in mentions(text):
            if re.fullmatch(r"snakemake \w+", code):
                assert code.split()[1] in words, code


def test_targets_of_make_and_files_of_pytest_are_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {command.split("make ")[1] for command in commands("make")}
    assert {"demo", "test", "bench"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for command in [*commands("pytest"), *commands(".venv/bin/pytest")]:
        for word in command.split():
            assert not word.startswith("tests/") or (ROOT / word).exists(), command


def anchor(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_to_files_and_headings(page):
    text = re.sub(r"^    .*$", "", TEXTS[page], flags=re.MULTILINE)  # no code
    for address in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", address):
            continue
        file, _, heading = address.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), address
        if heading:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in map(anchor, headings), address


@pytest.mark.parametrize("page", [page for page in TEXTS if page.startswith("docs/")])
def test_a_page_opens_with_code_to_copy(page):
    assert re.match(r"# [^\n]+\n\n    \w", TEXTS[page])


def test_the_readme_has_at_most_800_words():
    assert len(TEXTS["README.md"].split()) <= 800


def test_the_map_has_every_room():
    rooms = [path.name for path in (ROOT / "workflow" / "galaxyzoo").iterdir() if path.is_dir()]
    for room in {*rooms} - {"__pycache__"}:
        assert f"        {room}/" in TEXTS["README.md"]
