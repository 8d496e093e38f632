"""Numbers inside the lists and mappings of `--config`, which Snakemake hands on as text.

`--config 'seeds=[0]'` comes as a list of `'0'`. Where the schema wants a number, true or false, or
null, and not the text, that is what it means, in variants and grids too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from galaxyzoo.plan.config import Schema, is_valid

WORDS = {"true": True, "false": False}
NULL = ("null", "~")


def with_numbers(
    config: dict[str, Any], given: Mapping[str, Any], schema: Schema
) -> dict[str, Any]:
    """A config with numbers where `given` values, of the command line, are text instead.

    What is from a file is left as it is, since a file can say that it means text.
    """
    return laid_into(config, dict(given), as_wanted(dict(given), schema, schema))


def laid_into(value: Any, given: Any, read: Any) -> Any:  # noqa: ANN401  (any YAML value)
    """A value with what was `read` in place of what was `given`, wherever that is in it."""
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        inner = {
            key: laid_into(value[key], one, read[key]) for key, one in given.items() if key in value
        }
        return {**value, **inner}
    return read if value == given else value


def as_wanted(value: Any, schema: Schema, root: Schema, in_grid: bool = False) -> Any:  # noqa: ANN401
    """A value whose text is the number, yes or no, or null that a part of the schema wants there.

    In a grid, a list has values of its key.
    """
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    if isinstance(value, list) and in_grid:
        return [as_wanted(one, schema, root) for one in value]
    for part in schema.get("anyOf", []):
        one = as_wanted(value, part, root)
        if one != value and is_valid(one, schema, root):
            return one
    if isinstance(value, Mapping):
        return {
            key: as_wanted(one, part, root, in_grid or part_is_grid)
            for key, one in value.items()
            for part, part_is_grid in [part_of(schema, key, root)]
        }
    if isinstance(value, list):
        return [as_wanted(one, schema.get("items", {}), root) for one in value]
    if isinstance(value, str):
        return next((one for one in meanings(value) if is_meant(one, value, schema, root)), value)
    return value


def part_of(schema: Schema, key: str, root: Schema) -> tuple[Schema, bool]:
    """The part of a schema that is about a key, and whether the key is that of the grid."""
    if schema is root and key == "variants":
        return {"additionalProperties": root}, False
    if schema is root and key == "grid":
        return {**root}, True
    if "items" in schema:  # of variants, which name a list's item
        return schema["items"], False
    others = schema.get("additionalProperties")
    return schema.get("properties", {}).get(key, others if isinstance(others, dict) else {}), False


def meanings(text: str) -> Iterator[Any]:
    """What else a text can mean: null, a whole number, a number, true or false."""
    if text in NULL:
        yield None
    for kind in (int, float):
        try:
            yield kind(text)
        except ValueError:
            continue
    if text in WORDS:
        yield WORDS[text]


def is_meant(meaning: Any, text: str, schema: Schema, root: Schema) -> bool:  # noqa: ANN401
    """Whether a text's meaning is allowed where the text is not, or is null where null is."""
    if not schema or not is_valid(meaning, schema, root):
        return False
    return meaning is None or not is_valid(text, schema, root)
