"""The style of the report's figures, and how they are saved.

Figures use only matplotlib's object interface (no pyplot, no window, no state that outlives a
call). They share one style, and the same figure is always saved as the same bytes. Each is a
function of one table, which is saved next to it.
"""

import io
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

WIDTH_IN = 9.0
NARROW_IN = 4.4  # for a screen of 400 px, where text is as large as in print
POINTS_PER_IN = 72.0
PIXELS_PER_IN = 160
# Of a sheet of galaxies, half as long as zlib's default takes, and 5 % larger.
COMPRESSION = {"compress_level": 4}

PAPER = "#ffffff"
INK, MUTED, GRID, BAND, AXIS = "#1c2333", "#5d6675", "#e3e6ec", "#f4f5f8", "#aab1bd"
NETWORK, BASELINE = "#0072b2", "#c3c9d3"
# The Okabe-Ito palette, which colour-blind readers can tell apart, without its yellow: that is
# too pale for a line on white.
SEED_COLOURS = (NETWORK, "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", INK)

# Where hiding a place changes a probability, in the report and on the page of `scripts/show.py`.
FALLS, RISES = "#ff7a1a", "#2f8fe0"

# The colours for readers who prefer a dark page; paper matches that page's cards.
AT_NIGHT = {
    PAPER: "#11151f",
    INK: "#e9edf4",
    MUTED: "#a4aebf",
    GRID: "#2a3242",
    BAND: "#1b2231",
    AXIS: "#5a667a",
    NETWORK: "#6dbdf2",
    BASELINE: "#465064",
    "#d55e00": "#f58a42",
    "#009e73": "#35c99b",
    "#cc79a7": "#e79cc6",
    "#e69f00": "#f4bf4f",
    "#56b4e9": "#b5e0fb",
}

STYLE = {
    "font.family": ["DejaVu Sans"],  # ships with matplotlib: the same text width everywhere
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # an answer may cost $5 or $6
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": AXIS,
    "axes.facecolor": PAPER,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": AXIS,
    "ytick.color": AXIS,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.solid_capstyle": "round",
    "figure.dpi": PIXELS_PER_IN,
    "figure.facecolor": PAPER,
    "svg.hashsalt": "galaxyzoo",
}


def save_with_numbers(
    figure: Figure, table: pd.DataFrame, path: Path, narrow: Path | None = None
) -> None:
    """Write a figure as SVG to `path`, and next to it a PNG and a CSV of the table it shows.

    At `narrow`, the figure is laid out again for a phone.
    """
    if narrow:
        width_in, height_in = figure.get_size_inches()
        figure.set_size_inches(NARROW_IN, height_in)
        save(figure, narrow)
        figure.set_size_inches(width_in, height_in)
    save(figure, path)
    figure.set_layout_engine("none")  # it is laid out now, and doing so takes as long as drawing
    save(figure, path.with_suffix(".png"))
    table.to_csv(path.with_suffix(".csv"), index=False)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG or PNG, by the path's suffix, undated: equal figures, equal bytes.

    An SVG follows the reader's preference for a light or dark page. `Figure.savefig` would draw
    each figure once more, to no end.
    """
    drawn = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        if path.suffix == ".svg":
            FigureCanvasSVG(figure).print_svg(drawn, metadata={"Date": None})
            figure.dpi = PIXELS_PER_IN  # an SVG's is another
            drawn.seek(drawn.getvalue().rindex(b"</svg>"))
            drawn.write(night_style().encode() + b"</svg>\n")
        else:
            FigureCanvasAgg(figure).print_png(
                drawn, metadata={"Software": None}, pil_kwargs=COMPRESSION
            )
    path.write_bytes(drawn.getvalue())


def night_style() -> str:
    """The style element that gives matplotlib's SVGs their colours on a dark page.

    Embedded images (a colour scale and the data it applies to) are inverted, with their hues kept.
    """
    rules = [
        f'[style*="{what}: {light}"]{{{what}:{dark}!important}}'
        for light, dark in AT_NIGHT.items()
        for what in ("fill", "stroke")
    ]
    rules.append("image{filter:invert(1) hue-rotate(180deg)}")
    return f"<style>@media(prefers-color-scheme:dark){{{''.join(rules)}}}</style>\n"
