"""Keys that a config file gives twice: YAML keeps the last one, and says nothing of the others."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from galaxyzoo.foundation.errors import InputError

MERGE = "tag:yaml.org,2002:merge"  # `<<`, which may stand in a mapping several times


def require_keys_once(files: Iterable[Path | str]) -> None:
    """Raise InputError if a key stands twice in one mapping of a config file, with a line for each.

    Snakemake has read the files already, so each can be read. JSON is YAML but for its tabs.
    """
    problems = []
    for file in dict.fromkeys(map(str, files)):
        text = Path(file).read_text(encoding="utf-8").replace("\t", " ")
        root = yaml.compose(text, yaml.CSafeLoader)
        problems += [f"{file}, {line}" for line in keys_given_twice(root)]
    if problems:
        raise InputError("\n".join(problems))


def keys_given_twice(node: yaml.Node | None, above: str = "") -> Iterator[str]:
    """One line for each key of a YAML node that its mapping has had before."""
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from keys_given_twice(item, f"{above}[{position}]")
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = f"{above}.{key.value}".lstrip(".")
        if key.tag != MERGE and name in lines:
            yield (
                f"line {line}: {name} stands in line {lines[name]} already, which this would "
                "replace; give each key once"
            )
        lines.setdefault(name, line)
        yield from keys_given_twice(value, name)
