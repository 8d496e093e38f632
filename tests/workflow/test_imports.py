"""What takes seconds to import is imported by the jobs that use it, and by no others."""

import ast

import pytest

from checkout import ROOT
from galaxyzoo.plan.fingerprints import code_fingerprints

WORKFLOW = ROOT / "workflow"
SLOW = {"torch", "timm", "captum", "crepes", "onnx", "sklearn", "scipy.stats", "matplotlib"}
OF_FIGURES = {"plot_averaging", "plot_errors", "plot_galaxies", "plot_learning_curves"}
OF_FIGURES |= {"compare", "compare_variants"}
OF_TABLES = {"bag", "crop", "hold_out", "list_galaxies", "record_survey", "split", "write_config"}
OF_TABLES |= {"calibrate", "weigh_members", "write_catalogue", "write_explorer", "write_report"}


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


@pytest.mark.parametrize("script", sorted(OF_FIGURES))
def test_a_figure_needs_matplotlib_alone(imported, script):
    assert imported[script] == {"matplotlib"}


@pytest.mark.parametrize("script", sorted(OF_TABLES))
def test_a_table_or_a_page_needs_nothing_slow(imported, script):
    assert imported[script] == set()


def test_a_stage_needs_torch_and_timm_alone(imported):
    assert imported["train_stage"] == {"torch", "timm"}
