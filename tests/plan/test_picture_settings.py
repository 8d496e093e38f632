"""A catalogue's pictures are made as those of training were, unless the user says otherwise."""

import pytest

from checkout import ROOT
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.taught_pictures import unlike_start
from galaxyzoo.plan.config import given_catalogue_settings, load_schema
from galaxyzoo.plan.picture_settings import (
    USUAL_STRETCH,
    as_trained,
    joined_taught,
    pictures_of_survey,
    taught,
)

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
OWN = {
    "table": "t.csv",
    "id_column": "name",
    "image_column": "file",
    "radius_column": None,
    "hdu": None,
    "bands": ["z", "r", "g"],
    "stretch": USUAL_STRETCH | {"stretch": 2.0},
    "pixel_scale": None,
    "training_scale": None,
    "sizes": "crop",
}


def trained(any_fits: bool = True, crop: int = 64, scale: float | None = None, **own) -> dict:
    """What a network says that learnt a survey of the user's own."""
    survey = {"source": "own", "own": OWN | own}
    return taught(pictures_of_survey(survey), crop, scale, any_fits)


def found(*networks: dict | None, **catalogue) -> dict:
    """The settings of a catalogue of some networks."""
    given = given_catalogue_settings(catalogue, SCHEMA)
    return as_trained(given, {f"network {i}": one for i, one in enumerate(networks)})


def test_a_catalogue_takes_bands_stretch_scale_and_sizes_from_the_networks():
    settings = found(trained(radius_column="r", sizes="pad"))
    assert settings["bands"] == ["z", "r", "g"]
    assert settings["stretch"] == OWN["stretch"] | {"scales": [1.0, 1.0, 1.0]}
    assert settings["training_scale"] == 0.02
    assert settings["sizes"] == "pad"
    assert settings["told"] == []
    assert found(trained(radius_column="r", training_scale=0.05))["training_scale"] == 0.05
    assert found(trained(hdu="SCI"))["hdu"] == "SCI"
    assert found(trained(hdu="SCI"), hdu=0)["hdu"] == 0


def test_the_same_by_other_words_is_no_difference():
    same = {"bands": ["z", "r", "g"], "stretch": {"stretch": 2, "scales": [1, 1, 1]}}
    assert found(trained(), **same)["told"] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bands", ["i", "r", "g"]),
        ("stretch", {"q": 9.0}),
        ("stretch", {}),
        ("training_scale", 0.03),
        ("sizes", "resize"),
    ],
)
def test_another_than_that_of_training_is_refused_unless_the_user_allows_it(key, value):
    network = trained(radius_column="r")
    with pytest.raises(InputError, match=rf"^catalogue\.{key}: .* were trained with, .* to allow$"):
        found(network, **{key: value})
    allowed = found(network, **{key: value}, unlike_training="allow")
    assert allowed[key] == value or key == "stretch"
    assert len(allowed["told"]) == 1
    assert allowed["told"][0].startswith(f"catalogue.{key}: ")


def test_networks_that_learnt_no_fits_take_any_stretch_and_three_bands():
    network = trained(any_fits=False)
    settings = found(network, bands=["z", "r", "g"], stretch={"q": 9.0})
    assert settings["stretch"]["q"] == 9
    assert found(network)["bands"] == ["i", "r", "g"]
    assert found(network)["training_scale"] is None
    assert found(trained(any_fits=False, scale=0.02))["training_scale"] == 0.02
    assert found(network, training_scale=0.02)["training_scale"] == 0.02


def test_networks_of_an_earlier_version_are_asked_as_before():
    settings = found(None, sizes="pad")
    assert (settings["training_scale"], settings["sizes"]) == (0.02, "pad")
    assert settings["bands"] == ["i", "r", "g"]


def test_a_start_that_learnt_from_other_pictures_is_told():
    assert unlike_start(trained(), trained()) is None
    assert unlike_start(None, trained()) is None
    assert unlike_start(trained(hdu="SCI"), trained(crop=96)) is None
    told = unlike_start(trained(any_fits=False), trained(sizes="pad"))
    assert "(bands None, now ['z', 'r', 'g'], stretch None, now {" in told
    assert told.endswith("sizes crop, now pad); the stages have to learn the difference")


def test_no_network_takes_another_number_of_bands():
    network = trained(any_fits=False, bands=["r"])
    assert found(network)["bands"] == ["r"]
    with pytest.raises(InputError, match=r"i, r, g are 3, and the networks take pictures of 1"):
        found(network, bands=["i", "r", "g"], unlike_training="allow")


def test_networks_of_different_pictures_make_no_catalogue():
    assert found(trained(), trained(crop=32))["sizes"] == "crop"
    with pytest.raises(InputError, match=r"network 0 and network 1 learnt .* \(stretch\), and"):
        found(trained(), trained(any_fits=True, stretch=USUAL_STRETCH))
    with pytest.raises(InputError, match=r"made otherwise \(crop\)"):
        found(trained(sizes="resize"), trained(sizes="resize", crop=32))


def test_a_survey_of_another_source_has_usual_pictures():
    settings = pictures_of_survey({"source": "kaggle"})
    assert (settings["sizes"], settings["bands"]) == ("crop", ["i", "r", "g"])
    assert settings["key"] == ""


def test_columns_are_those_of_parquet_files_where_there_is_no_table():
    assert pictures_of_survey({"source": "own", "own": OWN})["id_column"] is None
    settings = pictures_of_survey({"source": "own", "own": OWN | {"table": None}})
    assert (settings["id_column"], settings["image_column"]) == ("name", "file")


def test_networks_of_several_surveys_know_what_these_have_in_common():
    of_fits = trained(radius_column="r")
    of_jpeg = taught(pictures_of_survey({"source": "simulation"}), 64, 0.02, any_fits=False)
    both = joined_taught({"mine": of_fits, "sky": of_jpeg})
    assert {key: both[key] for key in of_fits} == of_fits
    assert both["surveys"] == {"mine": 0.02, "sky": 0.02}
    settings = found(both)
    assert (settings["bands"], settings["training_scale"]) == (["z", "r", "g"], 0.02)
    assert settings["told"] == []
    padded = joined_taught({"mine": trained(sizes="pad"), "sky": of_jpeg})
    assert padded["sizes"] == "pad"
    assert joined_taught({"a": trained(hdu=1), "b": trained(hdu="SCI")})["hdu"] is None


def test_a_scale_that_is_not_one_in_all_surveys_is_told_and_none_is_assumed():
    of_jpeg = taught(pictures_of_survey({"source": "simulation"}), 64, 0.02, any_fits=False)
    both = joined_taught({"mine": trained(), "sky": of_jpeg})
    assert both["training_scale"] is None
    settings = found(both)
    assert settings["training_scale"] is None
    [told] = settings["told"]
    assert "mine unknown, sky 0.02" in told
    assert found(both, training_scale=0.02, unlike_training="allow")["told"] == []
