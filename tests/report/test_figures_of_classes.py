"""Figures of classes: what they draw of their tables, and that they draw any."""

import numpy as np
import pytest

from galaxyzoo.evaluation.classes import precision_recall_table, roc_table
from galaxyzoo.evaluation.confusion import confusion_table
from galaxyzoo.report.figures.classes import confusion_matrix, precision_recall, roc_curves
from galaxyzoo.report.figures.style import save_with_numbers
from galaxyzoo.tree.decision_tree import tree_from

FIGURES = [
    (confusion_matrix, confusion_table),
    (roc_curves, roc_table),
    (precision_recall, precision_recall_table),
]


def sky(classes: int, galaxies: int, present: int):
    """A tree, predictions and labels of galaxies, of which only the first classes are there."""
    names = ["elliptical", "a class with a name that is much too long", *map(str, range(classes))]
    tree = tree_from([{"answers": [{"column": name} for name in names[:classes]]}])
    rng = np.random.default_rng(0)
    voted = np.eye(classes)[rng.integers(present, size=galaxies)]
    return rng.dirichlet(np.ones(classes), galaxies), voted, tree


@pytest.mark.parametrize(("draw", "numbers"), FIGURES)
@pytest.mark.parametrize(("classes", "galaxies", "present"), [(2, 40, 2), (30, 90, 30), (3, 4, 1)])
def test_any_number_of_classes_is_drawn(draw, numbers, classes, galaxies, present, tmp_path):
    table = numbers(*sky(classes, galaxies, present))
    save_with_numbers(draw(table), table, tmp_path / "figure.svg")
    assert (tmp_path / "figure.png").stat().st_size > 1000
    assert (tmp_path / "figure.csv").exists()


def test_the_matrix_shows_the_counts_and_the_curves_their_areas():
    sample = sky(3, 60, 3)
    counts = confusion_table(*sample)
    (axes, _) = confusion_matrix(counts).axes
    assert [int(text.get_text()) for text in axes.texts] == counts["galaxies"].tolist()
    table = roc_table(*sample)
    legend = [text.get_text() for text in roc_curves(table).legends[0].get_texts()]
    areas = table.groupby("class", sort=False)["area"].first()
    assert [label[-5:] for label in legend] == [f"{area:.3f}" for area in areas]
