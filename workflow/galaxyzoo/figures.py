"""Sheets of galaxies: their pictures, what the crowd said of each and what the network says."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from galaxyzoo.decision_tree import DecisionTree
from galaxyzoo.figures_style import POINTS_PER_IN, STYLE, WIDTH_IN

NIGHT, NIGHT_INK, NIGHT_MUTED = "#0b0e15", "#eef1f6", "#98a2b3"
NIGHT_CROWD, NIGHT_NETWORK = "#f3b95f", "#6dbdf2"


SHEET_GALAXIES = 12


def galaxy_errors(predicted: np.ndarray, voted: np.ndarray) -> np.ndarray:
    """Each galaxy's own root mean square error over all columns: two (N, columns) give (N,)."""
    return np.sqrt(np.mean((predicted - voted) ** 2, axis=1))


def sheet_positions(errors: np.ndarray, sheet: str, count: int = SHEET_GALAXIES) -> np.ndarray:
    """Positions of the galaxies on a sheet, given every galaxy's error (N,); at most `count`.

    'best' is the lowest errors, lowest first; 'worst' the highest, highest first; 'typical' walks
    from low to high in even steps of rank, so that it shows the sample as it is.
    """
    ranked = np.argsort(errors, kind="stable")
    count = min(count, len(ranked))
    if sheet == "best":
        return ranked[:count]
    if sheet == "worst":
        return ranked[::-1][:count]
    if sheet == "typical":
        return ranked[((np.arange(count) + 0.5) * len(ranked) / count).astype(int)]
    raise ValueError(f"no sheet is named {sheet!r}")


@matplotlib.rc_context(STYLE)
def galaxy_sheet(
    galaxies: np.ndarray,
    crops: np.ndarray,
    predicted: np.ndarray,
    voted: np.ndarray,
    tree: DecisionTree,
) -> Figure:
    """Pictures of galaxies, under each the sentence of the crowd and that of the network.

    `galaxies` holds the GalaxyIDs (n,), `crops` is (n, size, size, 3) uint8, `predicted` and
    `voted` are (n, columns). The rows are as high as the longest sentences need.
    """
    columns, margin, gap, line, text_size = 4, 20.0, 18.0, 11.5, 8.0  # all lengths in points
    width = WIDTH_IN * POINTS_PER_IN
    side = (width - 2 * margin - (columns - 1) * gap) / columns
    crowd, network = (
        [wrapped(tree.describe(p), side, text_size) for p in probabilities]
        for probabilities in (voted, predicted)
    )
    # Where texts begin, in lines under the picture: the galaxy's name, then two headings, each
    # with its sentence a line below.
    name_at, crowd_at = 0.6, 2.0
    network_at = crowd_at + 1.4 + max(map(len, crowd))
    row = side + line * (network_at + 1.2 + max(map(len, network)))
    rows = -(-len(crops) // columns)
    height = 2 * margin + rows * row + (rows - 1) * gap
    figure = Figure(figsize=(WIDTH_IN, height / POINTS_PER_IN), facecolor=NIGHT)
    muted = {"fontsize": 7.5, "color": NIGHT_MUTED}
    heading = {"fontsize": 6.5, "fontweight": "bold"}
    sentence = {"fontsize": text_size, "color": NIGHT_INK, "linespacing": 1.25}
    for i, error in enumerate(galaxy_errors(predicted, voted)):
        x = margin + i % columns * (side + gap)
        y = height - margin - i // columns * (row + gap) - side
        axes = figure.add_axes((x / width, y / height, side / width, side / height))
        axes.imshow(crops[i], interpolation="lanczos")
        axes.set_axis_off()
        for x_text, lines_under, text, style in (
            (x, name_at, str(galaxies[i]), muted),
            (x + side, name_at, f"RMSE {error:.3f}", muted | {"ha": "right"}),
            (x, crowd_at, "CROWD", heading | {"color": NIGHT_CROWD}),
            (x, crowd_at + 1, "\n".join(crowd[i]), sentence),
            (x, network_at, "NETWORK", heading | {"color": NIGHT_NETWORK}),
            (x, network_at + 1, "\n".join(network[i]), sentence),
        ):
            figure.text(x_text / width, (y - lines_under * line) / height, text, va="top", **style)
    return figure


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The lines that a text of a font size takes in a column of a width, both in points."""
    font, lines = FontProperties(family=STYLE["font.family"], size=size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        # A hundredth is left over: a renderer moves letters to whole pixels.
        if text_to_path.get_text_width_height_descent(longer, font, False)[0] <= 0.99 * width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
