"""Figures of the galaxies themselves: sheets, one galaxy augmented, what an answer depends on.

Galaxy pictures are shown on a night-dark background, whatever the reader's theme. They are saved as
PNG only, since an SVG would just wrap the same pixels.
"""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.report.figures.style import FALLS, POINTS_PER_IN, RISES, STYLE, WIDTH_IN

NIGHT, NIGHT_INK, NIGHT_MUTED = "#0b0e15", "#eef1f6", "#98a2b3"
NIGHT_CROWD, NIGHT_NETWORK = "#f3b95f", "#6dbdf2"
ERROR_WIDTH = 60.0  # points, of the error beside a galaxy's name
# Evidence against the answer, no evidence, evidence for it.
CHANGES = LinearSegmentedColormap.from_list("changes", [RISES, "#ffffff", FALLS])


@matplotlib.rc_context(STYLE)
def galaxy_sheet(galaxies: pd.DataFrame, crops: np.ndarray, words: Mapping[str, str]) -> Figure:
    """Pictures of galaxies, each above the sentence of its labels and the network's.

    `galaxies` has a row for each of the `crops` (n, size, size, 3) uint8: its `name` (without one,
    `GalaxyID`), its own `rmse`, and the sentences `crowd` and `network`. All rows have the height
    that the longest sentences need.
    """
    columns, margin, gap, line, text_size = 4, 20.0, 18.0, 11.5, 8.0  # all lengths in points
    width = WIDTH_IN * POINTS_PER_IN
    side = (width - 2 * margin - (columns - 1) * gap) / columns
    crowd, network = (
        [wrapped(sentence, side, text_size) for sentence in galaxies[who]]
        for who in ("crowd", "network")
    )
    # Where the texts start, in lines below the picture: the GalaxyID, then two headings, each with
    # its sentence on the next line.
    name_at, crowd_at = 0.6, 2.0
    network_at = crowd_at + 1.4 + max(map(len, crowd))
    row = side + line * (network_at + 1.2 + max(map(len, network)))
    rows = -(-len(crops) // columns)
    height = 2 * margin + rows * row + (rows - 1) * gap
    figure = Figure(figsize=(WIDTH_IN, height / POINTS_PER_IN), facecolor=NIGHT)
    muted = {"fontsize": 7.5, "color": NIGHT_MUTED}
    heading = {"fontsize": 6.5, "fontweight": "bold"}
    sentence = {"fontsize": text_size, "color": NIGHT_INK, "linespacing": 1.25}
    names = galaxies.get("name", galaxies[GALAXY_ID]).astype(str)
    for i, (name, error) in enumerate(zip(names, galaxies["rmse"], strict=True)):
        x = margin + i % columns * (side + gap)
        y = height - margin - i // columns * (row + gap) - side
        axes = figure.add_axes((x / width, y / height, side / width, side / height))
        axes.imshow(crops[i], interpolation="lanczos")
        axes.set_axis_off()
        for x_text, lines_under, text, style in (
            (x, name_at, ending_of(name, side - ERROR_WIDTH, 7.5), muted),
            (x + side, name_at, f"RMSE {error:.3f}", muted | {"ha": "right"}),
            (x, crowd_at, words["short"].upper(), heading | {"color": NIGHT_CROWD}),
            (x, crowd_at + 1, "\n".join(crowd[i]), sentence),
            (x, network_at, "NETWORK", heading | {"color": NIGHT_NETWORK}),
            (x, network_at + 1, "\n".join(network[i]), sentence),
        ):
            figure.text(x_text / width, (y - lines_under * line) / height, text, va="top", **style)
    return figure


@matplotlib.rc_context(STYLE)
def label_sheet(galaxies: pd.DataFrame, pictures: np.ndarray) -> Figure:
    """Pictures of galaxies, pixel by pixel, each above its name and the sentence of its labels.

    `galaxies` has a row for each of the `pictures` (n, size, size, 3) uint8: `name` and `crowd`.
    """
    columns, margin, gap, line, text_size = 4, 20.0, 18.0, 11.5, 8.0  # all lengths in points
    width = WIDTH_IN * POINTS_PER_IN
    side = (width - 2 * margin - (columns - 1) * gap) / columns
    sentences = [wrapped(sentence, side, text_size) for sentence in galaxies["crowd"]]
    row = side + line * (2.8 + max(map(len, sentences), default=0))
    rows = -(-len(pictures) // columns)
    height = 2 * margin + rows * row + max(0, rows - 1) * gap
    figure = Figure(figsize=(WIDTH_IN, height / POINTS_PER_IN), facecolor=NIGHT)
    for i, (name, picture) in enumerate(zip(galaxies["name"].astype(str), pictures, strict=True)):
        x = margin + i % columns * (side + gap)
        y = height - margin - i // columns * (row + gap) - side
        axes = figure.add_axes((x / width, y / height, side / width, side / height))
        axes.imshow(picture, interpolation="antialiased")
        axes.set_axis_off()
        for lines_under, text, style in (
            (0.6, ending_of(name, side, 7.5), {"fontsize": 7.5, "color": NIGHT_MUTED}),
            (1.9, "\n".join(sentences[i]), {"fontsize": text_size, "color": NIGHT_INK}),
        ):
            at = (x / width, (y - lines_under * line) / height)
            figure.text(*at, text, va="top", linespacing=1.25, **style)
    return figure


@matplotlib.rc_context(STYLE)
def augmentation_grid(drawn: pd.DataFrame, pictures: np.ndarray) -> Figure:
    """Pictures of one galaxy, the first unchanged, each above the values drawn for it.

    `drawn` has a row for each of the `pictures` (n, size, size, 3) uint8; both come from
    `augmented_views`.
    """
    columns, margin, gap, words = 4, 20.0, 10.0, 40.0  # all lengths in points
    width = WIDTH_IN * POINTS_PER_IN
    side = (width - 2 * margin - (columns - 1) * gap) / columns
    rows = -(-len(pictures) // columns)
    height = 2 * margin + rows * (side + words) + (rows - 1) * gap
    figure = Figure(figsize=(WIDTH_IN, height / POINTS_PER_IN), facecolor=NIGHT)
    for i, (picture, row) in enumerate(zip(pictures, drawn.itertuples(), strict=True)):
        x = margin + i % columns * (side + gap)
        y = height - margin - i // columns * (side + words + gap) - side
        axes = figure.add_axes((x / width, y / height, side / width, side / height))
        axes.imshow(picture, interpolation="lanczos")
        axes.set_axis_off()
        figure.text(
            x / width,
            (y - 5) / height,
            what_was_drawn(row) if i else "unchanged",
            va="top",
            fontsize=7.5,
            linespacing=1.3,
            color=NIGHT_MUTED if i else NIGHT_INK,
        )
    return figure


def what_was_drawn(row: Any) -> str:  # noqa: ANN401  (a pandas namedtuple)
    """Short lines about an augmented picture: turn and mirror, zoom and shift, light."""
    lines = [f"turned {row.degrees:+.0f}°" + (", mirrored" if row.mirrored else "")]
    lines.append(f"zoom {row.zoom:.2f}")
    if row.shift_right or row.shift_down:
        lines[-1] += f", shift {row.shift_right:+.2f} {row.shift_down:+.2f}"
    if hasattr(row, "logit_offset"):
        lines.append(f"light {row.logit_offset:+.2f}, contrast {row.logit_factor:.2f}")
    return "\n".join(lines)


@matplotlib.rc_context(STYLE)
def attribution_sheet(places: pd.DataFrame, pictures: np.ndarray) -> Figure:
    """Galaxies in pairs: each picture, and a grey copy coloured by what its answer depends on.

    `places` comes from `attribution_table`, with the columns `GalaxyID`, `answer` (its name),
    `probability`, `x`, `y` and `fall`. `pictures` (n, size, size, 3) uint8 show its galaxies, in
    order. Each galaxy has its own colour scale, whose range is given below it.
    """
    columns, margin, gap, pair_gap, words = 3, 20.0, 3.0, 20.0, 40.0  # all lengths in points
    width = WIDTH_IN * POINTS_PER_IN
    side = (width - 2 * margin - (columns - 1) * pair_gap - columns * gap) / (2 * columns)
    rows = -(-len(pictures) // columns)
    height = 2 * margin + rows * (side + words)
    figure = Figure(figsize=(WIDTH_IN, height / POINTS_PER_IN), facecolor=NIGHT)
    galaxies = places.groupby(GALAXY_ID, sort=False)
    for i, ((galaxy, answer_places), picture) in enumerate(zip(galaxies, pictures, strict=True)):
        x = margin + i % columns * (2 * side + gap + pair_gap)
        y = height - margin - i // columns * (side + words) - side
        falls = answer_places.pivot_table(index="y", columns="x", values="fall").to_numpy()
        most = max(np.abs(falls).max(), 1e-6)
        plain, hidden = (
            figure.add_axes((left / width, y / height, side / width, side / height))
            for left in (x, x + side + gap)
        )
        plain.imshow(picture, interpolation="lanczos", extent=(0, 1, 1, 0))
        grey = picture.astype(float).mean(axis=2)
        hidden.imshow(grey, cmap="gray", interpolation="lanczos", extent=(0, 1, 1, 0))
        hidden.imshow(
            falls,
            cmap=CHANGES,
            vmin=-most,
            vmax=most,
            extent=(0, 1, 1, 0),
            alpha=0.85 * np.abs(falls) / most,
            interpolation="bilinear",
        )
        for axes in (plain, hidden):
            axes.set_axis_off()
        first = answer_places.iloc[0]
        for text, lines_under, style in (
            (ending_of(str(first.get("name", galaxy)), 2 * side, 7.5), 0.5, {"color": NIGHT_MUTED}),
            (f"“{first['answer']}”: {first['probability']:.2f}", 1.5, {"color": NIGHT_INK}),
            (
                f"hidden, on average: {-falls.max():+.2f} to {-falls.min():+.2f}",
                2.5,
                {"color": NIGHT_MUTED},
            ),
        ):
            figure.text(
                x / width,
                (y - lines_under * 10) / height,
                text,
                va="top",
                fontsize=7.5,
                **style,
            )
    return figure


def ending_of(name: str, width: float, size: float) -> str:
    """A name, or as much of its end as fits into a width in a font size, both in points."""
    shown, font = name, FontProperties(family=STYLE["font.family"], size=size)
    while text_to_path.get_text_width_height_descent(shown, font, False)[0] > width:
        shown = f"…{shown[2:]}"
    return shown


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The lines of a text in the given font size, wrapped to a width, both in points."""
    font, lines = FontProperties(family=STYLE["font.family"], size=size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        # A margin of 1 %: renderers snap letters to whole pixels.
        if text_to_path.get_text_width_height_descent(longer, font, False)[0] <= 0.99 * width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
