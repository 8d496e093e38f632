"""The figures: what they show is what they were given, nothing is cut off, bytes do not vary."""

import re

import numpy as np
import pandas as pd
import pytest

from crowd_words import crowd_words
from galaxyzoo.calibration.coverage import coverage_by_property, coverage_table, covered
from galaxyzoo.calibration.intervals import fitted_intervals
from galaxyzoo.evaluation.averaging import error_by_seeds, error_by_views
from galaxyzoo.evaluation.error_tables import (
    answer_table,
    density_table,
    error_by_property,
    main_columns,
    question_table,
)
from galaxyzoo.evaluation.reliability import reliability_table
from galaxyzoo.plan.labellers import VOLUNTEERS, WORDS
from galaxyzoo.report.figures.averaging import lines_by_seeds, lines_by_views
from galaxyzoo.report.figures.coverage import coverage_lines, dots_by_answer
from galaxyzoo.report.figures.errors import (
    bars_by_answer,
    bars_by_question,
    lines_by_property,
    predicted_against_voted,
    reliability,
)
from galaxyzoo.report.figures.learning import learning_curves, lr_finder
from galaxyzoo.report.figures.style import AT_NIGHT, NARROW_IN, save, save_with_numbers
from galaxyzoo.runs.stage_tables import learning_table
from trees import GALAXY_ZOO_2, NUMBER_TREE, RING_TREE

WIDTH_PT = re.compile(r'<svg [^>]*?width="([^"]+)"')
STAGE_EPOCHS = {"head_64": 1, "all_64": 4, "all_96": 3}
SEEDS = (0, 7, 11)


def votes(galaxies, seed=0):
    """Weighted probabilities (galaxies, 37) that meet the tree's sums."""
    rng = np.random.default_rng(seed)
    shares = [rng.dirichlet(np.ones(len(q.answers)), galaxies) for q in GALAXY_ZOO_2.questions]
    return np.concatenate(GALAXY_ZOO_2.weighted(shares), axis=1)


def test_text_in_figures_is_text_and_not_a_formula(tmp_path):
    predicted, voted = votes(50), votes(50, 1)
    table = answer_table(predicted, voted, voted.mean(axis=0), GALAXY_ZOO_2)
    table.loc[0, "answer"] = r"costs $5 or $\nothing$"
    save(bars_by_answer(table), tmp_path / "answers.svg")
    assert r"costs $5 or $\nothing$" in (tmp_path / "answers.svg").read_text(encoding="utf-8")


def histories():
    rng = np.random.default_rng(0)
    return {
        seed: {
            stage: pd.DataFrame(
                rng.uniform(0.01, 0.1, (epochs, 3)),
                columns=["train_loss", "valid_loss", "valid_rmse"],
            )
            for stage, epochs in STAGE_EPOCHS.items()
        }
        for seed in SEEDS
    }


STAGE_SETTINGS = [
    {"name": "head_64", "size": 64, "lr": 0.003, "schedule": "one_cycle"},
    {"name": "all_64", "size": 64, "lr": [0.0001, 0.002], "schedule": "cosine"},
    {"name": "all_96", "size": 96, "lr": 0.001, "schedule": "one_cycle"},
]


def curves(given):
    return learning_curves(learning_table(given, STAGE_SETTINGS))


def questions(predicted, voted, tree):
    return bars_by_question(question_table(predicted, voted, voted.mean(axis=0), tree))


def densities(predicted, voted, tree):
    return predicted_against_voted(density_table(predicted, voted, tree), VOLUNTEERS)


def answers(predicted, voted, tree):
    return bars_by_answer(answer_table(predicted, voted, voted.mean(axis=0), tree))


def by_property(galaxies=90):
    predicted, voted = votes(galaxies, 1), votes(galaxies, 2)
    values = {
        name: np.random.default_rng(3).random(galaxies)
        for name in ("agreement", "central_brightness", "half_light_radius_px")
    }
    return error_by_property(values, predicted, voted, voted.mean(axis=0))


def test_an_owners_column_has_a_panel_under_its_own_name():
    table = by_property()
    carried = table[table["property"] == "agreement"].assign(property="redshift")
    figure = lines_by_property(pd.concat([table, carried]), VOLUNTEERS)
    shown = [axes.get_xlabel() for axes in figure.axes if axes.axison]
    assert len(shown) == 4
    assert shown[3] == "redshift"


@pytest.mark.parametrize("labelled_by", WORDS)
def test_axes_say_who_labelled_the_galaxies(labelled_by):
    words = WORDS[labelled_by]
    predicted, voted = votes(30, 1), votes(30, 2)
    figures = (
        predicted_against_voted(density_table(predicted, voted, GALAXY_ZOO_2), words),
        reliability(reliability_table(predicted, voted, GALAXY_ZOO_2), words),
        lines_by_property(by_property(), words),
        coverage_lines(coverage()[1], words),
    )
    for figure, said in zip(
        figures,
        [f"{words['voted']} by {words['they']}"] * 2 + [words["agreement_on_axis"]] * 2,
        strict=True,
    ):
        shown = {text.get_text() for text in figure.findobj(match=is_shown_text)}
        assert said in shown
        assert labelled_by == "volunteers" or crowd_words(" ".join(shown)) == []


def coverage(tree=GALAXY_ZOO_2):
    """Tables of how often intervals hold, by answer and by property."""
    predicted, voted = own(tree, 100, 1), own(tree, 100, 2)
    held = covered(fitted_intervals(predicted, voted, tree).of(voted, tree), voted, tree)
    by_answer = coverage_table(held, tree)
    by_answer["answer"] = [tree.answers[column].name for column in by_answer["column"]]
    values = {"agreement": np.linspace(0.5, 1, 100), "central_brightness": np.arange(100.0)}
    return by_answer, coverage_by_property(values, held, tree)


def test_intervals_that_hold_stand_above_their_widths():
    above, below = coverage_lines(coverage()[1], VOLUNTEERS).axes[::2]
    assert above.get_ylabel() == "intervals that hold"
    assert below.get_ylabel() == "width"


def averaging():
    """Tables by views and by seeds of three seeds' predictions."""
    predicted = {seed: {n: votes(20, 10 * seed + n) for n in (1, 2, 4)} for seed in SEEDS}
    last = [by_views[4] for by_views in predicted.values()]
    return error_by_views(predicted, votes(20, 99)), error_by_seeds(last, votes(20, 99))


def own(tree, galaxies, seed):
    """Values (galaxies, columns) that a tree of one's own allows."""
    given = np.random.default_rng(seed).random((galaxies, len(tree.columns)))
    return tree.nearest_consistent(given)


def text_boxes(figure):
    """Where each text that is not empty stands on a figure, in pixels."""
    figure.draw_without_rendering()
    return {text: text.get_window_extent() for text in figure.findobj(match=is_shown_text)}


def is_shown_text(artist):
    return hasattr(artist, "get_text") and bool(artist.get_text()) and artist.get_visible()


def test_learning_curves_have_a_line_for_each_seed_through_all_epochs():
    given = histories()
    rmse = curves(given).axes[0]
    assert [line.get_label().split(":")[0] for line in rmse.get_lines()] == [
        f"seed {seed}" for seed in SEEDS
    ]
    for line, stages in zip(rmse.get_lines(), given.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 9))
        np.testing.assert_array_equal(
            line.get_ydata(), np.concatenate([h["valid_rmse"] for h in stages.values()])
        )


def test_a_probe_is_one_epoch_of_the_curves_without_a_rate():
    probe = {"name": "head_64", "size": 64, "probe": {"views": 8}}
    table = learning_table(histories(), [probe, *STAGE_SETTINGS[1:]])
    rmse, _, rates = learning_curves(table).axes
    assert rmse.get_lines()[0].get_xdata().tolist() == [*range(1, 9)]
    assert [line.get_xdata()[0] for line in rates.get_lines()] == [1.5, 5.5]
    assert table["lr"].unique().tolist() == ["none", "0.0001 to 0.002", "0.001"]


def test_learning_curves_show_the_losses_of_each_seed():
    given = histories()
    drawn = [line.get_ydata().tolist() for line in curves(given).axes[1].get_lines()]
    for stages in given.values():
        for loss in ("train_loss", "valid_loss"):
            assert np.concatenate([h[loss] for h in stages.values()]).tolist() in drawn


def test_learning_curves_have_a_band_and_a_name_for_each_stage():
    for axes in (figure := curves(histories())).axes[:2]:
        bands = [band.get_x() + np.array([0, band.get_width()]) for band in axes.patches]
        np.testing.assert_allclose(bands, [[0.5, 1.5], [1.5, 5.5], [5.5, 8.5]])
    shown = {text.get_text() for text in text_boxes(figure)}
    for stage in (
        "head_64\n64 px\nlr 0.003",
        "all_64\n64 px\nlr 0.0001 to 0.002",
        "all_96\n96 px\nlr 0.001",
    ):
        assert stage in shown


def test_learning_curves_mark_where_each_stage_begins_and_show_its_rate():
    figure = curves(histories())
    for axes in figure.axes[:3]:
        [begins] = axes.collections
        assert [segment[0][0] for segment in begins.get_segments()] == [1.5, 5.5]
    rates = figure.axes[2].get_lines()
    assert [max(line.get_ydata()) for line in rates] == pytest.approx([0.003, 0.002, 0.001])
    assert [min(line.get_xdata()) for line in rates] == [0.5, 1.5, 5.5]
    assert [max(line.get_xdata()) for line in rates] == [1.5, 5.5, 8.5]


def test_one_epoch_of_one_stage_is_a_learning_curve(tmp_path):
    history = histories()[0]["head_64"]
    only = learning_table({0: {"head_64": history}}, STAGE_SETTINGS[:1])
    figure = learning_curves(only)
    [line] = figure.axes[0].get_lines()
    assert line.get_xydata().tolist() == [[1, history["valid_rmse"].item()]]
    save(figure, tmp_path / "curves.svg")
    assert "head_64" in (tmp_path / "curves.svg").read_text(encoding="utf-8")


def test_bars_are_the_errors_of_each_question():
    predicted, voted = votes(30, 1), votes(30, 2)
    axes = questions(predicted, voted, GALAXY_ZOO_2).axes[0]
    widths = [[bar.get_width() for bar in bars] for bars in axes.containers]
    errors = ((predicted - voted) ** 2, (voted.mean(axis=0) - voted) ** 2)
    expected = [[np.sqrt(e[:, s].mean()) for s in GALAXY_ZOO_2.slices] for e in errors]
    np.testing.assert_allclose(widths, expected)
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert names == [f"{q.number}. {q.text}" for q in GALAXY_ZOO_2.questions]


def test_every_galaxy_is_in_every_panel_of_the_main_answers():
    predicted, voted = votes(50, 1), votes(50, 2)
    predicted[0], voted[0] = 0, 1
    columns = main_columns(GALAXY_ZOO_2)
    panels = densities(predicted, voted, GALAXY_ZOO_2).axes[: len(columns)]
    for axes, column in zip(panels, columns, strict=True):
        counts = axes.collections[0].get_array()
        assert counts.sum() == 50
        assert counts[0, -1] >= 1  # predicted 0 is the lowest row, voted 1 the last column
        assert axes.get_title(loc="left") == GALAXY_ZOO_2.answers[column].name


def test_panels_and_bars_are_those_of_the_tree_in_use():
    predicted, voted = own(RING_TREE, 4, 1), own(RING_TREE, 4, 2)
    panels = densities(predicted, voted, RING_TREE).axes
    shown = [axes.get_title(loc="left") for axes in panels if axes.get_title(loc="left")]
    assert shown == ["ring", "inner", "z", "outer", "other"]
    bars = questions(predicted, voted, RING_TREE).axes[0]
    assert [label.get_text() for label in bars.get_yticklabels()] == [
        *("1. Is there a ring?", "2. What kind of ring is it?", "3. How far away is it?")
    ]


def sweep():
    """A learning-rate finder's losses: falling, then rising."""
    lr = np.geomspace(1e-7, 1e-2, 50)
    return pd.DataFrame({"lr": lr, "loss": 0.05 + 0.01 * (np.log10(lr) + 4) ** 2})


FIGURES = {
    "learning curves": curves(histories()),
    "lr finder": lr_finder(sweep(), 1e-4, 3e-3),
    "questions": questions(votes(30, 1), votes(30, 2), GALAXY_ZOO_2),
    "answers": densities(votes(30, 1), votes(30, 2), GALAXY_ZOO_2),
    "one question": questions(own(NUMBER_TREE, 30, 1), own(NUMBER_TREE, 30, 2), NUMBER_TREE),
    "one answer": densities(own(NUMBER_TREE, 30, 1), own(NUMBER_TREE, 30, 2), NUMBER_TREE),
    "five answers": densities(own(RING_TREE, 30, 1), own(RING_TREE, 30, 2), RING_TREE),
    "bars of answers": answers(votes(30, 1), votes(30, 2), GALAXY_ZOO_2),
    "one bar": answers(own(NUMBER_TREE, 30, 1), own(NUMBER_TREE, 30, 2), NUMBER_TREE),
    "reliability": reliability(
        reliability_table(votes(30, 1), votes(30, 2), GALAXY_ZOO_2), VOLUNTEERS
    ),
    "properties": lines_by_property(by_property(), VOLUNTEERS),
    "views": lines_by_views(averaging()[0]),
    "seeds": lines_by_seeds(averaging()[1]),
    "coverage": dots_by_answer(coverage()[0]),
    "coverage of one answer": dots_by_answer(coverage(NUMBER_TREE)[0]),
    "coverage by property": coverage_lines(coverage()[1], VOLUNTEERS),
}
of_each_figure = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)


def number_on(label):
    """The number that a tick's label shows, None if it shows words."""
    text = label.get_text().replace("\N{MINUS SIGN}", "-")
    scale = 100 if text.endswith("%") else 1
    try:
        return float(text.removesuffix("%")) / scale
    except ValueError:
        return None


@of_each_figure
def test_the_label_of_a_tick_is_its_number(figure):
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                shown = number_on(tick.label1)
                assert "$" not in tick.label1.get_text()
                if shown is not None:
                    assert shown == pytest.approx(tick.get_loc(), rel=1e-6, abs=1e-9)


@of_each_figure
def test_nothing_is_cut_off(figure):
    figure.draw_without_rendering()
    box, (width_in, height_in) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(box.x0, box.y0) >= 0
    assert box.x1 <= width_in
    assert box.y1 <= height_in


@pytest.mark.parametrize(
    "draw",
    [
        lambda: curves(histories()),
        lambda: questions(votes(30, 1), votes(30, 2), GALAXY_ZOO_2),
        lambda: questions(own(NUMBER_TREE, 30, 1), own(NUMBER_TREE, 30, 2), NUMBER_TREE),
        lambda: lines_by_views(averaging()[0]),
        lambda: lines_by_seeds(averaging()[1]),
    ],
)
def test_a_figure_for_a_phone_is_laid_out_anew_and_nothing_is_cut_off(tmp_path, draw):
    figure, wide, narrow = draw(), tmp_path / "wide.svg", tmp_path / "narrow.svg"
    height_in = figure.get_size_inches()[1]
    save_with_numbers(figure, averaging()[0], wide, narrow)
    assert WIDTH_PT.search(wide.read_text(encoding="utf-8"))[1] == "648pt"
    assert WIDTH_PT.search(narrow.read_text(encoding="utf-8"))[1] == "316.8pt"
    figure = draw()
    figure.set_size_inches(NARROW_IN, height_in)
    test_nothing_is_cut_off(figure)


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("curves.svg", lambda: curves(histories())),
        ("answers.png", lambda: densities(votes(30, 1), votes(30, 2), GALAXY_ZOO_2)),
    ],
)
def test_a_figure_is_the_same_bytes_each_time(tmp_path, name, draw):
    first, second = tmp_path / f"1_{name}", tmp_path / f"2_{name}"
    save(draw(), first)
    save(draw(), second)
    assert first.read_bytes() == second.read_bytes()


def test_a_bar_an_answer_and_a_panel_an_answer():
    axes = answers(votes(30, 1), votes(30, 2), GALAXY_ZOO_2).axes[0]
    assert [len(bars) for bars in axes.containers] == [37, 37]
    table = reliability_table(votes(30, 1), votes(30, 2), GALAXY_ZOO_2)
    titles = [axes.get_title(loc="left") for axes in reliability(table, VOLUNTEERS).axes]
    assert len([title for title in titles if title]) == 37


def test_an_answer_without_labels_has_no_bar_and_says_so(tmp_path):
    predicted, voted = votes(30, 1), votes(30, 2)
    sixth, ninth = GALAXY_ZOO_2.slices[5], GALAXY_ZOO_2.slices[8]
    voted[:, sixth], voted[:10, ninth] = np.nan, np.nan
    mean_label = np.full(37, 0.2)
    drawn = {
        "questions": bars_by_question(question_table(predicted, voted, mean_label, GALAXY_ZOO_2)),
        "answers": bars_by_answer(answer_table(predicted, voted, mean_label, GALAXY_ZOO_2)),
    }
    for name, figure in drawn.items():
        texts = [text.get_text() for text in text_boxes(figure)]
        # Two bars of the question; one label of each of its two answers.
        assert texts.count("no label") == 2, name
        widths = [bar.get_width() for bars in figure.axes[0].containers for bar in bars]
        assert np.isfinite(widths).all()
        save(figure, tmp_path / f"{name}.svg")
        assert "nan" not in re.findall(r">([^<>]+)<", (tmp_path / f"{name}.svg").read_text())
    density = density_table(predicted, voted, GALAXY_ZOO_2)
    panels = predicted_against_voted(density, VOLUNTEERS).axes
    titles = [axes.get_title(loc="left") for axes in panels if axes.get_title(loc="left")]
    assert len(titles) == len(main_columns(GALAXY_ZOO_2)) - 1
    panels = reliability(reliability_table(predicted, voted, GALAXY_ZOO_2), VOLUNTEERS).axes
    assert len([axes for axes in panels if axes.get_title(loc="left")]) == 35


def test_a_figure_that_no_label_fills_says_so():
    for draw in (predicted_against_voted, coverage_lines):
        figure = draw(pd.DataFrame(), VOLUNTEERS)
        [text] = [text.get_text() for text in text_boxes(figure)]
        assert text == "no held-out galaxy has a label of these answers"


def test_coverage_has_a_dot_an_answer_and_kind_where_the_table_says():
    table = coverage()[0]
    for axes, kind in zip(dots_by_answer(table).axes, ("fraction", "joint"), strict=True):
        dots = axes.containers[0].lines[0].get_xdata()
        assert dots.tolist() == table.loc[table["kind"] == kind, "coverage"].tolist()
        assert len(dots) == 37
    by_property = coverage()[1]
    above = coverage_lines(by_property, VOLUNTEERS).axes[0]
    first = by_property[(by_property["property"] == "agreement") & (by_property["kind"] == "joint")]
    assert above.containers[1].lines[0].get_ydata().tolist() == first["coverage"].tolist()


def test_a_figure_is_an_svg_a_png_and_the_table_it_shows(tmp_path):
    table = averaging()[1]
    save_with_numbers(lines_by_seeds(table), table, tmp_path / "seeds.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "seeds.csv",
        "seeds.png",
        "seeds.svg",
    ]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "seeds.csv"), table)


@pytest.mark.parametrize(
    "figure",
    [
        curves(histories()),
        answers(votes(30, 1), votes(30, 2), GALAXY_ZOO_2),
        densities(votes(30, 1), votes(30, 2), GALAXY_ZOO_2),
        lines_by_property(by_property(), VOLUNTEERS),
        lines_by_views(averaging()[0]),
    ],
    ids=["curves", "answers", "densities", "properties", "views"],
)
def test_every_colour_of_an_svg_has_one_for_the_night(tmp_path, figure):
    save(figure, tmp_path / "figure.svg")
    svg = (tmp_path / "figure.svg").read_text(encoding="utf-8")
    drawing, style = svg.rsplit("<style>", 1)
    used = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", drawing))
    assert len(used) > 3
    assert used <= set(AT_NIGHT)
    assert all(f'[style*="fill: {colour}"]{{fill:{AT_NIGHT[colour]}!' in style for colour in used)
    assert "prefers-color-scheme:dark" in style
