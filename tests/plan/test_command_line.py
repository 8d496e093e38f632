"""Numbers in lists and mappings of --config are numbers, as Snakemake hands them on as text."""

from pathlib import Path

import pytest
import yaml
from snakemake.cli import parse_config

from galaxyzoo.plan.command_line import with_numbers
from galaxyzoo.plan.config import load_schema

SCHEMA = load_schema(Path(__file__).parents[2] / "workflow" / "schemas" / "config.schema.yaml")


@pytest.mark.parametrize(
    "entry",
    [
        "seeds=[0, 12]",
        "survey={holdout: 0.3, own: null}",
        "tta={zooms: [1, 1.5], flips: false}",
        "stages=[{name: '2024', size: 64, epochs: 1, lr: [1.0e-4, 0.01], freeze: true}]",
        "variants={'1': {stages: {all: {lr: 1.0e-3, dropout: 0}}, seeds: [1], experiment: '3'}}",
        "grid={stages: {all: {dropout: [0.1, 0.5]}}, seeds: [[1], [2]], model: {output: [tree]}}",
        "ensemble={base: 2, a: 0.5}",
        "ensemble=[base, a]",
        "catalogue={name: '2024', radius_column: null, hdu: 1, bands: ['1', '2', '3'], q: x}",
        "catalogue={stretch: {scales: [1, 2.5, 3]}, pixel_scale: 0.4, features: true}",
        "training_galaxies=null",
        "tree=[{text: '3', answers: [{column: 'yes', last: true}]}]",
        "published_on=[]",
        "sead=[1, 2]",  # of no known key: text, which the schema then refuses
    ],
)
def test_what_is_given_means_what_it_means_in_a_file(entry):
    given = parse_config([entry])
    key, _, text = entry.partition("=")
    expected = yaml.safe_load(text)
    if key == "sead":
        expected = ["1", "2"]
    assert with_numbers(given, given, SCHEMA) == {key: expected}


def test_what_stands_in_a_file_is_left_as_it_is():
    given = parse_config(["survey={holdout: 0.3}", "catalogue={pixel_scale: 1e-1}"])
    in_a_file = {"seeds": ["0"], "survey": {"name": "a", "crop": "64"}, "catalogue": {"hdu": "1"}}
    merged = in_a_file | {
        "survey": in_a_file["survey"] | given["survey"],
        "catalogue": in_a_file["catalogue"] | given["catalogue"],
    }
    assert with_numbers(merged, given, SCHEMA) == {
        "seeds": ["0"],
        "survey": {"name": "a", "crop": "64", "holdout": 0.3},
        "catalogue": {"hdu": "1", "pixel_scale": 0.1},
    }


def test_a_config_that_has_nothing_of_the_command_line_is_left_as_it_is():
    assert with_numbers({"seeds": ["0"]}, {"galaxies": "x"}, SCHEMA) == {"seeds": ["0"]}
