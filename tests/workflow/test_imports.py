"""What takes seconds to import is imported by the jobs that use it, and by no others."""

import ast

import pytest

from checkout import ROOT
from galaxyzoo.plan.fingerprints import code_fingerprints

WORKFLOW = ROOT / "workflow"
SLOW = {"torch", "timm", "captum", "onnx", "sklearn", "scipy.stats", "matplotlib"}
TORCH = frozenset({"torch", "timm"})
FIGURES = frozenset({"matplotlib"})
NOTHING = frozenset()
NEEDED = {
    **dict.fromkeys(["bag", "calibrate", "compare_missing", "config_tables", "verify"], NOTHING),
    "archive": NOTHING,
    "trial": TORCH,
    **dict.fromkeys(["crop", "write_config"], NOTHING),
    **dict.fromkeys(["download_gz2", "download_kaggle"], NOTHING),
    **dict.fromkeys(
        ["find_neighbours", "finish", "group_own", "hold_out", "job", "label_gz2", "label_own"],
        NOTHING,
    ),
    **dict.fromkeys(["join_crops", "join_galaxies", "join_groups", "join_holdouts"], NOTHING),
    **dict.fromkeys(["list_galaxies", "publish", "publish_catalogue", "record_survey"], NOTHING),
    **dict.fromkeys(["report_ensemble", "simulate", "split", "submission", "submit"], NOTHING),
    **dict.fromkeys(
        ["track", "verify", "watch", "weigh_members", "write_catalogue", "write_check"], NOTHING
    ),
    **dict.fromkeys(["name_own", "predictions_by_name", "write_explorer", "write_report"], NOTHING),
    **dict.fromkeys(["find_learnt", "place_gz2"], NOTHING),
    **dict.fromkeys(["compare", "compare_variants", "plot_averaging"], FIGURES),
    "plot_label_curve": FIGURES,
    **dict.fromkeys(["plot_errors", "plot_galaxies", "plot_learning_curves"], FIGURES),
    **dict.fromkeys(["export_ensemble", "predict", "predict_start"], TORCH),
    **dict.fromkeys(["record_experiment", "starting_weights", "train_stage"], TORCH),
    "label": NOTHING,
    "suggest_galaxies": {"sklearn"},
    "compare_suggestions": TORCH | {"matplotlib", "scipy.stats", "sklearn"},
    "check_survey": {"torch", "matplotlib"},
    "describe_training": TORCH | {"sklearn"},
    "coverage_over_splits": {"scipy.stats"},
    "evaluate": {"scipy.stats", "sklearn"},
    "browse": NOTHING,
    "judge_neighbours": TORCH | {"sklearn"},
    "look": {"sklearn"},
    "plot_classes": FIGURES | {"sklearn"},
    "plot_attribution": TORCH | {"captum", "matplotlib"},
    "plot_augmentation": {"torch", "matplotlib"},
    "predict_shard": TORCH | {"sklearn"},
    "reset_calibration": TORCH | {"scipy.stats", "sklearn"},
    "show": TORCH | {"captum", "matplotlib", "sklearn"},
    "suggest_lr": TORCH | {"matplotlib"},
}


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """The slow libraries that a script imports with its modules, by the script's name."""
    return {
        script: {
            library
            for line in lines
            for name in imports_at_once(WORKFLOW / line.split()[0])
            for library in SLOW
            if f"{name}.".startswith(f"{library}.")
        }
        for script, lines in code_fingerprints(WORKFLOW).items()
    }


def imports_at_once(path) -> set[str]:
    """Modules that a file imports when it is imported, not in a function."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_each_script_imports_what_it_needs_and_nothing_else_that_is_slow(imported):
    assert imported == NEEDED
