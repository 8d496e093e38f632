"""`model.training_list`: what it may stand beside, and what depends on it."""

import pytest

from checkout import ROOT, TINY, changed
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, require_files, validated
from galaxyzoo.plan.stage_settings import split_settings
from galaxyzoo.plan.training_lists import list_name

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


def resolved(weights: str, **columns: str) -> dict:
    """A resolved config with some weights and a list that the folder of the run has."""
    given = {"table": "list.csv", **columns}
    model = TINY["model"] | {"weights": weights, "training_list": given, "seen_galaxy_zoo": False}
    return validated(changed(model=model), SCHEMA)


@pytest.mark.parametrize("weights", ["pretrained", "random", "simulated"])
def test_weights_without_galaxies_of_a_survey_have_no_list(weights):
    with pytest.raises(InputError) as told:
        resolved(weights)
    [line] = str(told.value).splitlines()
    assert line.startswith("config: model.training_list: list.csv is not allowed with model.weig")


def test_one_column_of_positions_alone_is_refused():
    with pytest.raises(InputError, match="ra_column and dec_column belong together, and one is mi"):
        resolved("hf-hub:a/b", ra_column="RA")


def test_a_list_that_is_not_there_is_told_before_any_job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"model.training_list.table: there is no file list.csv"):
        require_files(resolved("hf-hub:a/b"), find=str)


def test_a_split_depends_on_the_list_and_on_nothing_new_without_one():
    with_one, without = resolved("hf-hub:a/b"), validated(changed(), SCHEMA)
    assert split_settings(with_one, 0)["training_list"]["table"] == "list.csv"
    assert "training_list" not in split_settings(without, 0)


def test_a_list_is_named_by_its_content_and_its_columns(tmp_path):
    def name(folder: str, text: str, **columns: str) -> str:
        path = tmp_path / folder / "list.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return list_name({"table": str(path), **columns})

    first = name("one", "ra,dec\n1,2\n")
    assert name("another", "ra,dec\n1,2\n") == first
    assert name("one", "ra,dec\n1,3\n") != first
    assert name("another", "ra,dec\n1,2\n", id_column="ra") != first
