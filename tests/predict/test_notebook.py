"""The notebook in docs/, run cell by cell on the tiny experiment."""

from pathlib import Path

import nbformat
import yaml

from checkout import ROOT

NOTEBOOK = ROOT / "docs" / "predict.ipynb"


def code_cells() -> list[str]:
    """The code of the notebook's cells, in order."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_every_cell_runs(finished):
    first, *others = code_cells()
    names: dict[str, object] = {}
    exec(first, names)
    names |= {
        "experiment": finished.results,
        "pictures": finished.survey / "raw" / "images_test_rev1.zip",
    }
    for cell in others:
        exec(cell, names)
    assert len(names["table"]) == 7
    assert names["turned"]["id"].tolist() == [0, 90, 180, 270]
    assert names["one"]["sentence"][0] == names["table"]["sentence"][0]


def test_it_is_of_the_demo_and_keeps_no_output():
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    exec(code_cells()[0], names)
    results = (ROOT / "docs" / "../results").resolve()
    assert (NOTEBOOK.parent / names["experiment"]).resolve() == results / config["experiment"]
    survey = Path(config["survey"]["name"]) / "raw" / "images_test_rev1.zip"
    assert (NOTEBOOK.parent / names["pictures"]).resolve() == results / "surveys" / survey
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        assert not cell.get("outputs")
