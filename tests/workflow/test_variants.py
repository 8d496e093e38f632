"""Variants of an experiment and their ensemble: their configs, one run of all, and reruns."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from browsing import VIEWS as SCREENS
from browsing import opened, require_access, require_fit, require_links
from checkout import ROOT, TINY, Checkout, changed, labels_in
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.finished import read_finished
from galaxyzoo.plan.stage_owners import stage_owners
from galaxyzoo.plan.variants import experiments
from galaxyzoo.showing.experts import load_experts

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
HEAD = TINY["stages"][0]
VARIANTS = {
    "low_lr": {"stages": {"all_large": {"lr": 0.001}}},
    "narrow": {"survey": {"name": "tiny_narrow", "crop": 160}, "seeds": [0], "stages": [HEAD]},
}
VIEWS = {"views": {"tta": {"rotations": 4}}}
WITH_VARIANTS = changed(variants=VARIANTS, ensemble={"base": 1, "low_lr": 3})
NAMES = ["tiny", "tiny-low_lr", "tiny-narrow", "tiny-ensemble"]


def planned(**changes):
    return experiments(changed(**changes), SCHEMA)


def problems(**changes) -> str:
    with pytest.raises(InputError) as error:
        planned(**changes)
    return str(error.value)


def with_variant(name: str, **changes) -> dict:
    """The experiment with its variants, of which one has other changes."""
    return WITH_VARIANTS | {"variants": VARIANTS | {name: VARIANTS[name] | changes}}


def test_a_variant_is_the_experiment_with_some_keys_laid_over():
    plan = planned(variants=VARIANTS | VIEWS)
    base, low_lr, narrow, views = plan.configs.values()
    assert list(plan.configs) == [*NAMES[:-1], "tiny-views"]
    assert base == validated(TINY, SCHEMA)
    assert low_lr["stages"][:3] == base["stages"][:3]
    assert low_lr["stages"][3] == base["stages"][3] | {"lr": 0.001}
    assert views["tta"] == base["tta"] | {"rotations": 4}
    assert narrow["survey"] == base["survey"] | {"name": "tiny_narrow", "crop": 160}
    assert len(narrow["stages"]) == 1
    assert {one.get("variant_of") for one in plan.configs.values()} == {None, "tiny"}


def test_variants_are_laid_over_the_config_as_it_was_written():
    """The epochs of both are scaled once."""
    plan = planned(epochs_scale=0.5, variants={"long": {"stages": {"all": {"epochs": 8}}}})
    epochs = [[stage["epochs"] for stage in one["stages"]] for one in plan.configs.values()]
    assert epochs == [[1, 1, 1, 1], [1, 4, 1, 1]]


def test_a_grid_is_the_product_of_its_lists():
    rates = {"all": {"lr": [0.01, 1.0e-5]}, "head": {"lr": [0.02]}}
    grid = {"model": {"output": ["tree", "none"]}, "stages": rates}
    plan = planned(grid=grid, variants=VIEWS)
    assert list(plan.configs)[1:] == [
        "tiny-views",
        "tiny-output_tree-stages_all_lr_0.01-stages_head_lr_0.02",
        "tiny-output_tree-stages_all_lr_1e-05-stages_head_lr_0.02",
        "tiny-output_none-stages_all_lr_0.01-stages_head_lr_0.02",
        "tiny-output_none-stages_all_lr_1e-05-stages_head_lr_0.02",
    ]
    last = plan.configs["tiny-output_none-stages_all_lr_1e-05-stages_head_lr_0.02"]
    assert last["model"]["output"] == "none"
    assert [stage["lr"] for stage in last["stages"][:2]] == [0.02, 1.0e-5]


def test_an_ensemble_s_weights_sum_to_one():
    equal = planned(variants=VARIANTS, ensemble=["base", "low_lr"])
    assert equal.weights == {"tiny": 0.5, "tiny-low_lr": 0.5}
    given = planned(variants=VARIANTS | VIEWS, ensemble={"views": 1, "low_lr": 3})
    assert given.weights == {"tiny-views": 0.25, "tiny-low_lr": 0.75}
    assert given.members == ("tiny-views", "tiny-low_lr")


def test_an_ensemble_s_weights_may_be_fitted_if_its_members_share_a_seed():
    fitted = {"members": ["base", "low_lr"], "weights": "validation"}
    plan = planned(variants=VARIANTS, ensemble=fitted)
    assert plan.weights == "validation"
    assert plan.members == ("tiny", "tiny-low_lr")
    alone = {"low_lr": {"seeds": [7]}}
    told = problems(variants=alone, ensemble=fitted)
    assert "ensemble.weights: the members have no seed in common" in told
    assert "ensemble: " in problems(variants=VARIANTS, ensemble=fitted | {"weights": "equal"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"a b": {}}, "variants: 'a b' is not allowed; allowed: letters, digits"),
        ({"a": 3}, "variants.a: 3 is not allowed; allowed: a mapping"),
        ({"a": {"modle": {}}}, "variant a, config: unknown key modle"),
        ({"a": {"stages": {"all": {"lr": -1}}}}, "variant a, config: stages[1].lr: -1 is not"),
        ({"a": {"stages": {"last": {"lr": 1}}}}, "no stage is named 'last'; allowed: head, all,"),
        ({"a": {"stages": {"all": 1}}}, "stages.all: 1 is not allowed; allowed: a mapping"),
        ({"a": {"stream": True}}, "variant a, config: stream cannot vary"),
        (
            {"a": {"survey": {"source": "gz2"}}},
            "survey.name: 'tiny' is the survey of base, which has another source, gz2, simulation",
        ),
        ({"base": {}}, "variant base, config: the name base is taken"),
        ({"ensemble": {}}, "variant ensemble, config: the name ensemble is taken"),
        (
            {"a": {"survey": {"crop": 128}}},
            "survey.name: 'tiny' is the survey of base, which has another crop",
        ),
    ],
)
def test_a_mistake_in_a_variant_is_told_with_its_name(changes, message):
    assert message in problems(variants=changes)


def test_mistakes_in_a_grid_and_in_an_ensemble_are_told():
    assert "grid.model.output: 'tree' is not allowed; allowed: a list" in problems(
        grid={"model": {"output": "tree"}}
    )
    many = {"seeds": [[i] for i in range(40)], "validation": [0.01 * i for i in range(1, 40)]}
    assert "grid: its lists have 1,560 combinations; allowed: at most 1,000" in problems(grid=many)
    twice = problems(grid={"model": {"output": ["tree", "tree"]}})
    assert "variant output_tree, config: the name output_tree is taken" in twice
    assert "no variant is named 'tree'; allowed: base" in problems(ensemble=["base", "tree"])
    assert "ensemble: ['base'] is not allowed" in problems(ensemble=["base"])
    assert "ensemble: " in problems(variants=VARIANTS, ensemble={"base": 0, "low_lr": 1})
    other = {"a": {"survey": {"name": "other", "holdout": 0.5}}}
    told = problems(variants=other, ensemble=["base", "a"])
    assert "a has another survey.holdout than base" in told


def test_leading_stages_that_are_the_same_are_the_base_s():
    plan = planned(
        variants=VARIANTS
        | VIEWS
        | {
            "first": {"stages": {"head": {"lr": 0.5}}},
            "seeds": {"seeds": [1, 2]},
            "split": {"validation": 0.3},
            "loose": {"deterministic": False},
        }
    )
    base = plan.configs["tiny"]

    def shared(variant: str) -> list[tuple[int, str]]:
        owners = stage_owners(plan.configs[f"tiny-{variant}"], base)
        return [stage for stage, owner in owners.items() if owner == "tiny"]

    names = [stage["name"] for stage in TINY["stages"]]
    assert shared("low_lr") == [(seed, name) for seed in (0, 1) for name in names[:3]]
    assert shared("views") == [(seed, name) for seed in (0, 1) for name in names]
    assert shared("seeds") == [(1, name) for name in names]
    assert shared("narrow") == shared("first") == shared("split") == shared("loose") == []
    assert set(stage_owners(base, base).values()) == {"tiny"}


@pytest.fixture(scope="module")
def varied(finished, tmp_path_factory) -> Checkout:
    """The finished experiment, to which variants and an ensemble were added; left as it was."""
    checkout = finished.copy(tmp_path_factory.mktemp("varied"))
    checkout.write_config(WITH_VARIANTS)
    run = checkout.make()
    assert run.returncode == 0, run.stdout
    assert "tiny and 2 variants of it: tiny-low_lr, tiny-narrow" in run.stdout
    assert "11 stages to train; the variants take 6 from tiny" in run.stdout
    assert "tiny-ensemble: the ensemble of tiny (0.25), tiny-low_lr (0.75)" in run.stdout
    trained = re.findall(r"rule train_stage:\n.*\n    output: (\S+),", run.stdout)
    assert sorted(trained) == [
        "results/tiny-low_lr/seed0/stages/all_large.pt",
        "results/tiny-low_lr/seed1/stages/all_large.pt",
        "results/tiny-narrow/seed0/stages/head.pt",
    ]
    return checkout


def holdout(checkout: Checkout, experiment: str) -> pd.DataFrame:
    path = checkout.results.parent / experiment / "bag" / "holdout.parquet"
    return pd.read_parquet(path).set_index("GalaxyID")


def test_every_variant_has_all_that_an_experiment_has(varied):
    def files(experiment: str) -> set[str]:
        folder = varied.results.parent / experiment
        paths = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
        return {path for path in paths if "compar" not in path and "diffs" not in path}

    shared = re.compile(r"seed\d/(stages/|train_)(head|all|head_large)(_timing)?\.")
    expected = {path for path in files("tiny") if not shared.search(path)}
    assert files("tiny-low_lr") == expected
    surveys = varied.results.parent / "surveys"
    assert not (surveys / "tiny_narrow" / "raw").exists()  # it has the base's
    assert np.load(surveys / "tiny_narrow" / "training.npy").shape[1:] == (160, 160, 3)


def test_a_second_run_of_all_has_nothing_to_do(varied):
    assert varied.would_run(WITH_VARIANTS) == set()
    assert varied.would_run(TINY) == set()
    assert varied.would_run(WITH_VARIANTS | {"variants": VARIANTS | {"more": {}}})


def test_the_comparison_is_against_the_base(varied):
    table = pd.read_csv(varied.results / "comparison.csv").set_index("experiment")
    assert table.index[0] == "tiny"
    assert set(table.index) == set(NAMES)
    labels = labels_in(varied.survey / "training.csv")
    columns = holdout(varied, "tiny").columns

    def error(experiment: str) -> float:
        predicted = holdout(varied, experiment)[columns]
        return float(np.sqrt(np.mean((predicted - labels.loc[predicted.index, columns]) ** 2)))

    for name, row in table.iterrows():
        assert row["rmse"] == pytest.approx(error(name))
        assert row["difference"] == pytest.approx(error(name) - error("tiny"))
        assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    assert table.loc["tiny-ensemble", "networks"] == 4
    written = yaml.safe_load((varied.results / "comparison.yaml").read_text(encoding="utf-8"))
    assert written["variants"] == VARIANTS
    assert experiments(written, SCHEMA) == experiments(WITH_VARIANTS, SCHEMA)


def test_an_ensemble_is_the_weighted_mean_of_its_members(varied):
    parts = 0.25 * holdout(varied, "tiny") + 0.75 * holdout(varied, "tiny-low_lr")
    pd.testing.assert_frame_equal(holdout(varied, "tiny-ensemble"), parts)
    folder = varied.results.parent / "tiny-ensemble"
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    members = metrics["ensemble"]["members"]
    assert {name: one["weight"] for name, one in members.items()} == {
        "tiny": 0.25,
        "tiny-low_lr": 0.75,
    }
    assert members["tiny"]["rmse_without"] == pytest.approx(members["tiny-low_lr"]["rmse"])
    correlation = metrics["ensemble"]["error_correlation"]["tiny"]
    assert correlation["tiny"] == pytest.approx(1)
    assert 0 < correlation["tiny-low_lr"] < 1
    submission = pd.read_csv(folder / "submission.csv.gz").set_index("GalaxyID")
    assert len(submission) == 7


def test_an_ensemble_is_judged_on_what_no_member_of_a_seed_was_trained_on(varied):
    results = varied.results.parent
    written = {
        name: json.loads((results / name / "metrics.json").read_text(encoding="utf-8"))
        for name in NAMES
    }
    assert written["tiny"]["validation"]["rows"] == 2 * 9  # a fifth of 45 galaxies, two seeds
    tables = {
        name: pd.concat(
            pd.read_parquet(results / name / f"seed{seed}/predictions/validation_tta.parquet")
            for seed in (0, 1)
        )
        for name in ("tiny", "tiny-low_lr")
    }
    ids = tables["tiny"].pop("GalaxyID")
    assert (tables["tiny-low_lr"].pop("GalaxyID") == ids).all()
    mean = 0.25 * tables["tiny"] + 0.75 * tables["tiny-low_lr"]
    voted = labels_in(varied.survey / "training.csv").loc[ids, mean.columns]
    error = ((mean.to_numpy() - voted.to_numpy()) ** 2).mean() ** 0.5
    assert written["tiny-ensemble"]["validation"]["rmse"] == pytest.approx(error)
    table = pd.read_csv(varied.results / "comparison.csv").set_index("experiment")
    assert table.loc["tiny-ensemble", "valid_rmse"] == pytest.approx(error)
    assert table["valid_rmse"][1:].is_monotonic_increasing


def test_each_seed_predicts_its_own_validation_galaxies(varied):
    for seed in (0, 1):
        folder = varied.results / f"seed{seed}"
        split = pd.read_csv(folder / "split.csv")
        predicted = pd.read_parquet(folder / "predictions" / "validation_tta.parquet")
        assert set(predicted["GalaxyID"]) == set(split["GalaxyID"][split["part"] == "valid"])


def test_weights_fitted_on_validation_retrain_and_predict_nothing(varied, tmp_path):
    checkout = varied.copy(tmp_path / "copy")
    fitted = {"members": ["base", "low_lr"], "weights": "validation"}
    checkout.write_config(WITH_VARIANTS | {"ensemble": fitted})
    run = checkout.make("results/tiny-ensemble/report.html")
    assert run.returncode == 0, run.stdout
    assert "weigh_members" in run.stdout
    assert "predict_" not in run.stdout
    assert "train_stage" not in run.stdout
    folder = checkout.results.parent / "tiny-ensemble"
    weights = json.loads((folder / "weights.json").read_text(encoding="utf-8"))
    assert list(weights) == ["tiny", "tiny-low_lr"]
    assert sum(weights.values()) == pytest.approx(1)
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    members = metrics["ensemble"]["members"]
    assert {name: one["weight"] for name, one in members.items()} == pytest.approx(weights)
    before = json.loads(
        (varied.results.parent / "tiny-ensemble" / "metrics.json").read_text(encoding="utf-8")
    )
    assert metrics["validation"]["rmse"] <= before["validation"]["rmse"]
    assert "weights are those with the lowest error on validation" in (
        folder / "report.html"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("page", ["tiny/comparison.html", "tiny-ensemble/report.html"])
def test_the_pages_open_offline_fit_and_are_accessible(varied, browser, page, width, scheme):
    with opened(browser, varied.results.parent / page, width, scheme) as shown:
        require_fit(shown)
        require_access(shown)
        require_links(shown)


def test_a_variant_s_report_tells_which_stages_are_its_base_s(varied):
    report = (varied.results.parent / "tiny-low_lr" / "report.html").read_text(encoding="utf-8")
    assert "are taken from there:\nhead, all, head_large." in report
    assert "--configfile results/tiny/comparison.yaml" in report


def test_the_run_of_a_variant_is_watched_in_both_folders(varied):
    from galaxyzoo.runs.watch import stage_progress

    folder = varied.results.parent / "tiny-low_lr"
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    assert {row["state"] for row in stage_progress(folder, config)} == {"done"}
    ensemble = folder.with_name("tiny-ensemble")
    config = yaml.safe_load((ensemble / "config.yaml").read_text(encoding="utf-8"))
    with pytest.raises(InputError, match=r"its members: .*tiny, .*tiny-low_lr"):
        stage_progress(ensemble, config)


def test_all_that_is_finished_is_compared_variants_and_ensembles_too(varied):
    run = varied.make("compare")
    assert run.returncode == 0, run.stdout
    table = pd.read_csv(varied.results.parent / "comparison.csv")
    assert set(table["experiment"]) == set(NAMES)


AFTER_ALL = {"compare_variants", "all"}


def of(variant: str, jobs: set[str]) -> bool:
    """Whether all jobs are a variant's, the comparison's, or the target's."""
    return all(f"experiment=tiny-{variant}" in job for job in jobs - AFTER_ALL)


def test_an_edit_of_a_variant_redoes_its_jobs_and_the_comparison_alone(varied):
    jobs = varied.would_run(with_variant("narrow", tta={"rotations": 1}))
    assert of("narrow", jobs)
    assert jobs > AFTER_ALL
    assert not [job for job in jobs if job.startswith("train_stage")]
    jobs = varied.would_run(with_variant("narrow", seeds=[0, 1]))
    assert of("narrow", jobs)
    assert "train_stage experiment=tiny-narrow, seed=1, stage=head" in jobs


def test_another_style_redoes_the_pages_alone(varied):
    with varied.edited("workflow/report/report.css", "thead th {", "thead  th {"):
        jobs = varied.would_run(WITH_VARIANTS)
    of_each = {job.partition(" ")[0] for job in jobs}
    assert of_each == {"compare_variants", "write_report", "report_ensemble", "all"}


def test_an_edit_of_a_member_redoes_the_ensemble_too(varied):
    jobs = varied.would_run(with_variant("low_lr", stages={"all_large": {"lr": 0.002}}))
    rest = {job for job in jobs if "experiment=tiny-ensemble" not in job}
    assert of("low_lr", rest)
    assert {job for job in jobs if job.startswith("train_stage")} == {
        f"train_stage experiment=tiny-low_lr, seed={seed}, stage=all_large" for seed in (0, 1)
    }
    assert "report_ensemble experiment=tiny-ensemble" in jobs


def test_a_variant_taken_out_or_added_leaves_the_others(varied):
    without = {name: one for name, one in VARIANTS.items() if name != "narrow"}
    jobs = varied.would_run(WITH_VARIANTS | {"variants": without})
    assert jobs == AFTER_ALL
    more = VARIANTS | {"short": {"stages": {"all_large": {"lr": 0.02}}}}
    jobs = varied.would_run(WITH_VARIANTS | {"variants": more})
    assert of("short", jobs)
    assert len([job for job in jobs if job.startswith("train_stage")]) == 2


def test_an_edit_of_the_base_redoes_what_takes_stages_from_it(varied):
    stages = changed()["stages"]
    stages[2]["epochs"] = 2
    jobs = varied.would_run(WITH_VARIANTS | {"stages": stages})
    trained = {job for job in jobs if job.startswith("train_stage")}
    assert trained == {
        f"train_stage {stage}"
        for seed in (0, 1)
        for stage in [
            f"seed={seed}, stage=head_large",
            f"seed={seed}, stage=all_large",
            f"experiment=tiny-low_lr, seed={seed}, stage=all_large",
        ]
    }
    assert not [job for job in jobs if "tiny-narrow" in job and "write_report" not in job]


def test_a_network_that_a_variant_left_behind_is_not_taken_for_its_own(varied, tmp_path):
    """The variant trained its last stage, and then takes it from the base."""
    checkout = varied.copy(tmp_path)
    checkout.write_config(WITH_VARIANTS | {"variants": VARIANTS | {"low_lr": {"validation": 0.2}}})
    run = checkout.make("results/tiny-low_lr/finished.json")
    assert run.returncode == 0, run.stdout
    leftover = "results/tiny-low_lr/seed0/stages/all_large.pt"
    assert (checkout.folder / leftover).exists()
    assert f"an earlier run left; they may be deleted: {leftover}" in run.stdout
    folder = checkout.folder / "results" / "tiny-low_lr"
    finished = read_finished(folder)
    networks = [f"results/tiny/seed{seed}/stages/all_large.pt" for seed in (0, 1)]
    assert finished.networks == [checkout.folder / network for network in networks]
    experts = load_experts(folder)
    weights = torch.load(checkout.folder / networks[0], weights_only=True)["weights"]
    shown = experts.members[0].network.state_dict()
    assert all(torch.equal(shown[name].cpu(), value) for name, value in weights.items())


def test_one_variant_alone_is_made_by_its_report(varied, tmp_path):
    checkout = varied.copy(tmp_path)
    shutil.rmtree(checkout.results.parent / "tiny-low_lr")
    checkout.write_config(WITH_VARIANTS)
    run = checkout.snakemake("--dry-run", "results/tiny-low_lr/report.html")
    assert run.returncode == 0, run.stdout
    assert set(re.findall(r"experiment=([\w-]+)", run.stdout)) == {"tiny-low_lr"}
    assert run.stdout.count("rule train_stage:") == 2


@pytest.mark.parametrize(
    ("folder", "held", "config", "message"),
    [
        ("a-b", "variant_of: a", changed(experiment="a-b"), "holds a variant of a, and this run"),
        (
            "a-b",
            "seeds: [0]",
            changed(experiment="a", variants={"b": {}}),
            "holds an experiment of",
        ),
        (
            "a-b-c",
            "variant_of: a-b",
            changed(experiment="a", variants={"b-c": {}}),
            "holds a variant of a-b, and this run would write a variant of a there",
        ),
    ],
)
def test_a_folder_with_results_of_another_is_refused(tmp_path, folder, held, config, message):
    checkout = Checkout(tmp_path, config)
    results = tmp_path / "results" / folder
    results.mkdir(parents=True)
    (results / "config.yaml").write_text(f"experiment: {folder}\n{held}\n", encoding="utf-8")
    run = checkout.snakemake("--dry-run")
    assert run.returncode != 0
    assert f"config: results/{folder} {message}" in run.stdout
    assert "Traceback" not in run.stdout


def test_an_ensemble_is_exported_with_its_members_shares(varied, tmp_path):
    checkout = varied.copy(tmp_path)
    checkout.write_config(WITH_VARIANTS)
    run = checkout.make("export")
    assert run.returncode == 0, run.stdout
    folder = checkout.results.parent / "tiny-ensemble"
    told = json.loads((folder / "export" / "config.json").read_text(encoding="utf-8"))
    shares = {network["name"]: network["share"] for network in told["networks"]}
    assert shares == {
        f"{name}.seed{seed}": share / 2
        for name, share in (("tiny", 0.25), ("tiny-low_lr", 0.75))
        for seed in (0, 1)
    }
    card = (folder / "export" / "README.md").read_text(encoding="utf-8")
    assert "4 networks, averaged" in card
