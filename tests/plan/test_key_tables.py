"""config/README.md has the tables that the schema gives, with every key in one of them."""

import pytest

from checkout import ROOT
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import is_valid, load_schema
from galaxyzoo.plan.key_tables import explained_keys, with_tables

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
PAGE = (ROOT / "config" / "README.md").read_text(encoding="utf-8")


def names(schema: dict, prefix: str = "") -> list[str]:
    """Dotted names of all keys of the config; those of a list's items behind `[]`."""
    found = []
    for name, value in schema.get("properties", {}).items():
        items = names(value.get("items", {}), f"{prefix}{name}[].")
        found += names(value, f"{prefix}{name}.") + items or [prefix + name]
    return found


def test_the_page_has_the_schema_s_tables():
    assert with_tables(PAGE, SCHEMA) == PAGE, "run make tables"


def test_the_schema_explains_every_key_with_values_that_are_allowed():
    explained = {key.name: key.part for key in explained_keys(SCHEMA)}
    assert {*names(SCHEMA)} <= explained.keys()
    for name, part in explained.items():
        values = [*part["examples"], *([part["default"]] if "default" in part else [])]
        assert values, name
        assert all(is_valid(value, part, SCHEMA) for value in values), name


def test_a_row_says_what_the_schema_says():
    schema = {
        "$defs": {"size": {"description": "a whole number"}},
        "required": ["name"],
        "properties": {
            "name": {"description": "letters", "meaning": "The name.", "examples": ["a"]},
            "list": {
                "items": {
                    "properties": {
                        "size": {
                            "$ref": "#/$defs/size",
                            "meaning": "The size.",
                            "unit": "px",
                            "default": [1, 0.5],
                            "examples": [{"x": None}],
                        }
                    }
                }
            },
        },
    }
    page = "<!-- keys: name -->\nold<!-- end -->\ntext\n<!-- keys: list -->\n<!-- end -->\n"
    assert with_tables(page, schema) == (
        "<!-- keys: name -->\n\n"
        "| key | meaning | allowed | default | example |\n| --- | --- | --- | --- | --- |\n"
        "| `name` | The name. | letters | required | `a` |\n"
        "\n<!-- end -->\ntext\n<!-- keys: list -->\n\n"
        "| key | meaning | unit | allowed | default | example |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| `list[].size` | The size. | px | a whole number | `[1, 0.5]` | `{x: null}` |\n"
        "\n<!-- end -->\n"
    )


@pytest.mark.parametrize(
    ("marker", "changed", "message"),
    [
        ("<!-- keys: tta -->\n", "", r"in one table of the page: tta\.rotations, tta\.flips"),
        ("keys: tta -->", "keys: tta model -->", r"in one table of the page: model\.backbone"),
        ("keys: tta -->", "keys: ttaa -->", r"explains no key of ttaa"),
    ],
)
def test_a_key_in_no_table_or_in_two_is_told(marker, changed, message):
    assert marker in PAGE
    with pytest.raises(InputError, match=message):
        with_tables(PAGE.replace(marker, changed), SCHEMA)
