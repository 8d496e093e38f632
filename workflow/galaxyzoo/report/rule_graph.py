"""The graph of the workflow's rules, as Snakemake writes it, sorted for drawing."""

import re
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple


class RuleGraph(NamedTuple):
    """Rules, each after those it needs, and the arcs between them: (position, later position)."""

    rules: list[str]
    arcs: list[tuple[int, int]]


def read_rule_graph(path: Path) -> RuleGraph:
    """The graph in a file written by `snakemake --rulegraph dot`.

    Arcs that a longer path already implies are left out.
    """
    text = path.read_text(encoding="utf-8")
    names = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)', text, re.MULTILINE))
    needs: dict[str, set[str]] = {name: set() for name in names.values()}
    for needed, rule in re.findall(r"^\s*(\d+) -> (\d+)", text, re.MULTILINE):
        if needed != rule:  # a stage needs the stage before it
            needs[names[rule]].add(names[needed])
    rules = list(TopologicalSorter({r: sorted(needs[r]) for r in needs}).static_order())
    behind: dict[str, set[str]] = {}
    for rule in rules:
        behind[rule] = needs[rule].union(*(behind[needed] for needed in needs[rule]))
    arcs = [
        (rules.index(needed), rules.index(rule))
        for rule in rules
        for needed in sorted(needs[rule])
        if not any(needed in behind[other] for other in needs[rule])
    ]
    return RuleGraph(rules, arcs)
