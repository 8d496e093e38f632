"""The tables of config/README.md, made from the config's schema.

The page has a comment where a table begins, which names the parts of the config that the table is
of, and one where it ends:

    <!-- keys: model augmentation -->
    <!-- end -->

A key is in a table if its part of the schema says what it means (`meaning`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from galaxyzoo.foundation.errors import InputError

TABLE = re.compile(r"(<!-- keys: ([^\n]+) -->\n).*?(?=<!-- end -->)", re.DOTALL)
HEADINGS = ("key", "meaning", "unit", "allowed", "default", "example")


@dataclass(frozen=True)
class Key:
    """A key of the config, by its dotted name, and what the schema says of it."""

    name: str
    part: Mapping[str, Any]
    allowed: str
    is_required: bool

    @property
    def row(self) -> tuple[str, ...]:
        """Its cells, in the order of HEADINGS."""
        default = "required" if self.is_required else in_yaml(self.part.get("default"))
        example = in_yaml(self.part["examples"][0])
        unit = self.part.get("unit", "")
        return f"`{self.name}`", self.part["meaning"], unit, self.allowed, default, example


def explained_keys(schema: Mapping[str, Any]) -> list[Key]:
    """All keys of the config that the schema explains, in its order."""
    return [*keys_within(schema, "", schema["$defs"])]


def keys_within(part: Mapping[str, Any], prefix: str, defs: Mapping[str, Any]) -> Iterator[Key]:
    """The explained keys of a part of the schema; those of a list's items are behind `[]`."""
    for name, value in part.get("properties", {}).items():
        if "meaning" in value:
            definition = defs[value["$ref"].rsplit("/", 1)[-1]] if "$ref" in value else value
            is_required = name in part.get("required", ())
            yield Key(prefix + name, value, definition["description"], is_required)
        yield from keys_within(value, f"{prefix}{name}.", defs)
        yield from keys_within(value.get("items", {}), f"{prefix}{name}[].", defs)


def with_tables(page: str, schema: Mapping[str, Any]) -> str:
    """The page with its tables as the schema has them.

    Raises InputError if a key is in no table or in several, or if a table is of no key.
    """
    keys = explained_keys(schema)
    places = {key.name: 0 for key in keys}

    def table(match: re.Match[str]) -> str:
        parts = match[2].split()
        rows = [key.row for key in keys if part_of(key.name) in parts]
        if unknown := sorted({*parts} - {part_of(key.name) for key in keys}):
            raise InputError(f"the schema explains no key of {', '.join(unknown)}")
        for key in keys:
            places[key.name] += part_of(key.name) in parts
        return f"{match[1]}\n{markdown(rows)}\n"

    filled = TABLE.sub(table, page)
    if wrong := [name for name, count in places.items() if count != 1]:
        raise InputError(f"each key belongs in one table of the page: {', '.join(wrong)}")
    return filled


def part_of(name: str) -> str:
    """The part of the config that a key is in: `survey.own` of `survey.own.table`."""
    return name.rpartition(".")[0].replace("[]", "") or name


def markdown(rows: list[tuple[str, ...]]) -> str:
    """Rows as a table in Markdown, without the columns that are empty in all of them."""
    filled = [i for i in range(len(HEADINGS)) if any(row[i] for row in rows)]
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows]
    return "".join(f"| {' | '.join(line[i] for i in filled)} |\n" for line in lines)


def in_yaml(value: Any) -> str:  # noqa: ANN401  (any YAML value)
    """A value as a config has it, as code; none for null."""
    if value is None:
        return "none"
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000)
    return "`" + text.removesuffix("...\n").strip() + "`"
