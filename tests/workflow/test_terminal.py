"""What Snakemake prints for people: of a run, of one without work, of a dry run."""

import re

from checkout import RUN_SAID, TINY, changed

SCORE = r"tiny: error 0\.\d{4} on 15 held-out galaxies \(the mean label's is 0\.\d{4}\), page: "
PAGE = "results/tiny/report.html"


def test_a_run_is_told_in_few_lines_and_ends_with_score_and_page(finished):
    lines = (finished.folder / RUN_SAID).read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60
    assert "tiny, seed 1, all_large: train" in lines
    assert re.fullmatch(SCORE + PAGE, lines[-1])
    text = "\n".join(lines)
    for unsaid in ("reason:", "rule ", "Select jobs", "Warning", "float32", "Traceback"):
        assert unsaid not in text
    logs = (finished.folder / ".snakemake" / "log").glob("*.log")  # later ones are of other tests
    assert any("rule train_stage:" in log.read_text(encoding="utf-8") for log in logs)
    stage = (finished.results / "logs" / "seed1" / "train_all.log").read_text(encoding="utf-8")
    assert re.search(r" epoch 1 of 2, error 0\.\d{4}, \d+ s left\n", stage)
    assert re.search(r" epoch 2 of 2, error 0\.\d{4}\n", stage)


def test_a_run_without_work_says_so_and_where_the_page_is(finished):
    lines = finished.run("--cores", "2").stdout.splitlines()
    assert "Nothing to be done" in lines[-2]
    assert re.fullmatch(SCORE + PAGE, lines[-1])


def test_a_dry_run_names_the_key_that_changed_and_what_follows(finished):
    first, second, *others = TINY["stages"]
    finished.write_config(changed(stages=[first, second | {"epochs": 3}, *others]))
    run = finished.run("--dry-run")
    finished.write_config(TINY)
    assert run.returncode == 0, run.stdout
    lines = run.stdout.splitlines()
    assert len(lines) < 20
    assert "  because tiny: stages[1].epochs 2 -> 3" in lines
    [trained] = [line for line in lines if "train" in line]
    assert trained.startswith("  tiny, seeds 0, 1: train all, head_large, all_large; predict the")


def test_a_dry_run_names_the_code_that_was_edited(finished):
    training = "workflow/galaxyzoo/engine/training.py"
    with finished.edited(training, "MOMENTUM = 0.99", "MOMENTUM = 0.98"):
        lines = finished.run("--dry-run").stdout.splitlines()
    assert f"  because {training} was edited" in lines
    assert len(lines) < 20


def test_a_plan_names_each_stage_with_hours_and_ground(finished):
    first, second, *others = TINY["stages"]
    finished.write_config(changed(stages=[first, second | {"epochs": 3}, *others]))
    run = finished.run("plan", "--dry-run", "--cores", "2")
    refused = finished.run("plan", "--cores", "2")  # Snakemake is called as a function here
    finished.write_config(TINY)
    assert run.returncode == 0, run.stdout
    lines = [line for line in run.stdout.splitlines() if "  train " in line]
    assert [line.split()[:4] for line in lines] == [
        ["tiny", seed, "train", name]
        for seed in ("0", "1")
        for name in ("all", "head_large", "all_large")
    ]
    assert lines[0].endswith("stage.epochs 2 -> 3  as before, scaled from 2 to 3 epochs")
    assert lines[1].endswith("follows              as before")
    assert "In all about " in run.stdout.splitlines()[-1]
    assert refused.returncode != 0
    assert "plan: it makes nothing, so ask for it as a dry run" in refused.stdout


def test_a_plan_takes_the_place_of_its_run_and_does_not_wait_for_another(finished):
    locks = finished.folder / ".snakemake" / "locks"
    locks.mkdir(exist_ok=True)
    for kind in ("input", "output"):  # as Snakemake does while it runs
        (locks / f"0.{kind}.lock").write_text("results/tiny/seed0/stages/head.pt\n")
    before = {path: path.stat().st_mtime_ns for path in finished.results.rglob("*")}
    process = finished.start("plan", "--cores", "2")
    said = process.communicate(timeout=240)[0]
    for lock in locks.glob("0.*.lock"):
        lock.unlink()
    assert process.returncode == 0, said
    assert "Nothing to be done" in said
    assert before == {path: path.stat().st_mtime_ns for path in finished.results.rglob("*")}
