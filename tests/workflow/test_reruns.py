"""What is done again after one edit of a finished experiment: all that depends on it, no more."""

import os
import shutil
from contextlib import ExitStack

import pytest
import yaml

from checkout import TINY, changed, replaced_by_older

SEEDS = TINY["seeds"]
STAGES = [stage["name"] for stage in TINY["stages"]]


def splits(seeds=SEEDS) -> set[str]:
    return {f"split seed={seed}" for seed in seeds}


def trainings(stages=STAGES, seeds=SEEDS) -> set[str]:
    return {f"train_stage seed={seed}, stage={stage}" for seed in seeds for stage in stages}


def predictions(seeds=SEEDS) -> set[str]:
    subsets = ("holdout", "validation", "test")
    return {f"predict_{subset} seed={seed}" for subset in subsets for seed in seeds}


CROPS = {"crop_training", "crop_test", "compare_missing"}
PAGE = {"write_report", "all"}
REPORT = {"finish", *PAGE}  # the record and the page have the whole config
# Of the held-out galaxies as the bag predicts them.
FIGURES = {"plot_errors", "plot_averaging", "plot_galaxies", "plot_attribution"}
AFTER_PREDICTION = {
    "bag subset=holdout",
    "bag subset=test",
    "calibrate",
    "submission",
    "evaluate",
    "explorer",
    *FIGURES,
    *REPORT,
}
AFTER_TRAINING = predictions() | AFTER_PREDICTION | {"plot_learning_curves", "record_experiment"}
AFTER_CROP = splits() | trainings() | AFTER_TRAINING | {"plot_augmentation"}


def with_stage(position: int, **changes) -> dict:
    """The tiny experiment with something else in one of its stages."""
    stages = changed()["stages"]
    stages[position] |= changes
    return changed(stages=stages)


def with_survey(**changes) -> dict:
    """The tiny experiment with something else about its survey."""
    return changed(survey=TINY["survey"] | changes)


def redone(finished, config: dict) -> set[str]:
    """The jobs that a changed config redoes, besides the one that writes it down."""
    jobs = finished.would_run(config)
    assert "resolved_config" in jobs
    return jobs - {"resolved_config"}


def test_a_learning_rate_redoes_its_stage_and_those_after_it(finished):
    jobs = redone(finished, with_stage(1, lr=[0.001, 0.02]))
    assert jobs == trainings(["all", "head_large", "all_large"]) | AFTER_TRAINING


def test_the_last_stage_alone_is_trained_again_where_only_it_changed(finished):
    assert redone(finished, with_stage(3, epochs=2)) == trainings(["all_large"]) | AFTER_TRAINING


def test_a_new_stage_in_the_middle_is_trained_and_those_after_it(finished):
    stages = changed()["stages"]
    stages.insert(2, stages[1] | {"name": "all_again"})
    jobs = redone(finished, changed(stages=stages))
    assert jobs == trainings(["all_again", "head_large", "all_large"]) | AFTER_TRAINING


def test_a_stage_left_out_redoes_those_after_it(finished):
    stages = [stage for stage in changed()["stages"] if stage["name"] != "head_large"]
    jobs = redone(finished, changed(stages=stages))
    assert jobs == trainings(["all_large"]) | AFTER_TRAINING


def test_stages_in_another_order_redo_all_that_start_from_other_weights(finished):
    head, everything, head_large, all_large = changed()["stages"]
    jobs = redone(finished, changed(stages=[head, head_large, everything, all_large]))
    assert jobs == trainings(["head_large", "all", "all_large"]) | AFTER_TRAINING


def test_two_values_of_a_stage_swapped_redo_it(finished):
    defaults = {"dropout": 0.1, "weight_decay": 0.0001}
    assert finished.would_run(with_stage(2, **defaults)) == set()
    jobs = redone(finished, with_stage(2, dropout=0.0001, weight_decay=0.1))
    assert jobs == trainings(["head_large", "all_large"]) | AFTER_TRAINING


def test_two_values_of_the_simulation_swapped_redo_the_survey(finished):
    settings = TINY["survey"]["simulation"]
    swapped = settings | {"galaxies": settings["volunteers"], "volunteers": settings["galaxies"]}
    jobs = redone(finished, with_survey(simulation=swapped))
    simulated = {"simulate", "simulate_test", "record_survey", "check_survey", *CROPS}
    assert jobs == simulated | {"hold_out"} | AFTER_CROP


def test_one_more_test_galaxy_trains_nothing(finished):
    simulation = TINY["survey"]["simulation"] | {"test_galaxies": 8}
    assert redone(finished, with_survey(simulation=simulation)) == {
        *("simulate_test", "crop_test", "bag subset=test", "submission"),
        *(f"predict_test seed={seed}" for seed in SEEDS),
        *("evaluate", "plot_errors", *REPORT),
    }


def test_what_is_done_about_bad_galaxies_redoes_crops_only_if_there_are_some(finished):
    skipping = with_survey(on_bad_galaxy="skip")
    assert redone(finished, skipping) == REPORT
    crops = {"rejected.csv": "crop_training", "rejected_test.csv": "crop_test"}
    for rejected, crop in crops.items():
        with finished.edited(f"results/surveys/tiny/{rejected}", "reason\n", "reason\n1,bad\n"):
            assert redone(finished, skipping) == REPORT
            assert crop in finished.would_run()


def test_files_replaced_by_older_ones_are_read_again_and_copies_are_not(finished, tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    for name in ("images_training_rev1.zip", "training_solutions_rev1.zip"):
        shutil.copy(finished.survey / "raw" / name, given)
    fair = given / "unbiased.csv"
    fair.write_bytes((finished.survey / "holdout.csv").read_bytes())
    survey = {"name": "given", "source": "files", "crop": 48, "holdout": 0.5}
    finished.write_config(changed(experiment="g", survey=survey, files=str(given)))
    targets = ("results/g/seed0/split.csv", "results/surveys/given/provenance.json")
    try:
        run = finished.make(*targets)
        assert run.returncode == 0, run.stdout
        copy = shutil.copytree(given, tmp_path / "copy")
        given.rename(tmp_path / "moved")
        copy.rename(given)
        assert "Nothing to be done" in finished.snakemake("--dry-run", *targets).stdout
        for file, rules in (
            (given / "images_training_rev1.zip", {"crop_training", "record_survey"}),
            (given / "training_solutions_rev1.zip", {"crop_training", "record_survey"}),
            (fair, {"hold_out", "split"}),
        ):
            content = file.read_bytes()
            replaced_by_older(file, content + b"\n")
            said = finished.snakemake("--dry-run", *targets).stdout
            assert all(f"rule {rule}:" in said for rule in rules), (file, said)
            assert ("rule crop_training:" in said) == ("crop_training" in rules)
            replaced_by_older(file, content)
        assert "Nothing to be done" in finished.snakemake("--dry-run", *targets).stdout
    finally:
        finished.write_config(TINY)


def test_a_config_that_means_the_same_redoes_nothing(finished):
    text = yaml.safe_dump(TINY)
    backwards = [dict(reversed(stage.items())) for stage in TINY["stages"]]
    reordered = dict(reversed(changed(stages=backwards).items()))
    assert finished.would_run(yaml.safe_dump(reordered, sort_keys=False)) == set()
    for old, new in [
        ("seeds:", "# Each has a chain of its own.\nseeds:"),
        ("- 0.001\n", "- 1.0e-3\n"),
        ("lr: 0.005\n", "lr: 5.0e-3  # found by hand\n"),
        ("lr: 0.005\n", "lr: 0.005\n  weight_decay: 1.0e-4\n"),
        ("lr: 0.005\n", "lr: 0.005\n  weight_decay: 0.0001\n"),
        ("zooms:\n  - 1.0\n", "zooms: [1]\n"),
    ]:
        assert old in text
        assert finished.would_run(text.replace(old, new)) == set(), new


def test_a_new_seed_goes_its_way_and_joins_the_bag(finished):
    jobs = redone(finished, changed(seeds=[0, 1, 7]))
    chain = splits([7]) | trainings(seeds=[7]) | predictions([7])
    assert jobs == chain | AFTER_PREDICTION | {"plot_learning_curves", "record_experiment"}


def test_a_seed_taken_out_leaves_the_bag_and_trains_nothing(finished):
    jobs = redone(finished, changed(seeds=[1]))
    assert jobs == AFTER_PREDICTION | {"plot_learning_curves", "record_experiment"}


def test_other_views_redo_the_predictions_but_no_training(finished):
    jobs = redone(finished, changed(tta=TINY["tta"] | {"rotations": 4}))
    assert jobs == predictions() | AFTER_PREDICTION


def test_another_crop_redoes_all_but_the_raw_survey(finished):
    # The hold-out and the splits too: they read the index that is written with the crops, since
    # which galaxies were left out as bad is known only then.
    jobs = redone(finished, with_survey(crop=200))
    assert jobs == {"record_survey", "check_survey", *CROPS, "hold_out"} | AFTER_CROP


def test_another_hold_out_redoes_the_splits_and_what_follows_but_no_crop(finished):
    assert redone(finished, with_survey(holdout=0.3)) == {"hold_out"} | AFTER_CROP


def test_how_often_a_stage_is_saved_is_told_in_the_report_and_redoes_nothing_else(finished):
    assert redone(finished, changed(save_minutes=1)) == REPORT


def test_who_labelled_the_galaxies_is_told_on_pages_and_trains_nothing(finished):
    drawn = {"check_survey", "plot_augmentation", "plot_errors", "plot_galaxies"}
    assert redone(finished, with_survey(labelled_by="experts")) == drawn | REPORT


def test_another_experiment_on_the_survey_shares_its_crops_and_hold_out(finished):
    assert redone(finished, changed(experiment="other")) == {"check_survey"} | AFTER_CROP


@pytest.mark.parametrize(
    ("file", "old", "new", "jobs"),
    [
        (
            "scripts/plot_errors.py",
            "predicted, voted = galaxies.predicted(snakemake.input.bag), galaxies.voted",
            "predicted, voted = galaxies.predicted(snakemake.input.bag) + 0, galaxies.voted",
            {"plot_errors"} | PAGE,
        ),
        (
            "galaxyzoo/report/figures/style.py",
            "WIDTH_IN = 9.0",
            "WIDTH_IN = 8.0",
            {"plot_learning_curves", "plot_augmentation", "check_survey"} | FIGURES | PAGE,
        ),
        (
            "galaxyzoo/report/explorer.py",
            "MOST_GALAXIES = 6000",
            "MOST_GALAXIES = 5000",
            {"explorer"} | PAGE,
        ),
        (
            "galaxyzoo/tree/galaxy_zoo_2_words.py",
            '"a smooth galaxy"',
            '"a smooth one"',
            {"plot_errors", "plot_galaxies", "explorer", "plot_augmentation", "plot_attribution"}
            | {"check_survey"}
            | PAGE,
        ),
        (
            "galaxyzoo/plan/labellers.py",
            '"a crowd of volunteers"',
            '"a crowd"',
            {"plot_errors", "plot_galaxies", "plot_augmentation", "check_survey"} | PAGE,
        ),
        ("report/explorer.js", "ON_A_PAGE = 24", "ON_A_PAGE = 12", PAGE),
        ("galaxyzoo/report/page.py", '"Mean label"', '"The mean label"', PAGE),
        ("report/report.html.j2", "</body>", "<p>The end.</p></body>", PAGE),
        (
            "galaxyzoo/engine/training.py",
            "network.train()",
            "network.eval()",
            trainings() | AFTER_TRAINING,
        ),
        (
            "galaxyzoo/engine/schedule.py",
            "WARM_UP = 0.3",
            "WARM_UP = 0.25",
            trainings() | AFTER_TRAINING,
        ),
    ],
)
def test_a_change_of_behaviour_redoes_what_the_code_makes(finished, file, old, new, jobs):
    with finished.edited(f"workflow/{file}", old, new):
        assert finished.would_run() == jobs


def test_comments_docstrings_and_the_schema_s_explanations_redo_nothing(finished):
    files = [path for path in (finished.folder / "workflow").rglob("*.py") if path.read_text()]
    assert len(files) > 40
    with ExitStack() as edits:
        for file in files:
            name = str(file.relative_to(finished.folder))
            edits.enter_context(finished.edited(name, '"""', '# A comment.\n\n"""In short: '))
        schema, stages = "workflow/schemas/config.schema.yaml", "Number of passes over the"
        edits.enter_context(finished.edited(schema, stages, f"In short: {stages}"))
        edits.enter_context(finished.edited(schema, "unit: epochs", "unit: passes"))
        edits.enter_context(finished.edited(schema, "examples: [demo]", "examples: [mine]"))
        assert finished.would_run() == set()


def test_an_error_s_and_a_log_s_wording_redoes_nothing(finished):
    training = "workflow/galaxyzoo/engine/training.py"
    with (
        finished.edited(training, "became {loss} in", "is now {loss} in"),
        finished.edited("workflow/scripts/train_stage.py", "galaxies to train on", "to learn from"),
    ):
        assert finished.would_run() == set()


def test_new_dates_of_the_sources_redo_nothing(finished):
    # What `git checkout` of another branch and back leaves: the same files, but newer.
    for name in ("Snakefile", "workflow", "config", "profiles", "envs"):
        for path in (finished.folder / name, *(finished.folder / name).rglob("*")):
            os.utime(path)
    report = finished.results / "report.html"
    template = finished.folder / "workflow" / "report" / "report.html.j2"
    assert template.stat().st_mtime > report.stat().st_mtime
    assert finished.would_run() == set()


def test_what_is_said_of_the_starting_weights_is_scored_again_and_trains_nothing(finished):
    jobs = redone(finished, changed(model=TINY["model"] | {"seen_galaxy_zoo": True}))
    assert jobs == {"evaluate", "plot_errors", *REPORT}


def test_a_folder_that_was_copied_redoes_nothing(finished, tmp_path):
    assert finished.copy(tmp_path).would_run() == set()
