"""The explorer of held-out galaxies: its data, and its page in a browser, opened from the disk."""

import json
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from browsing import opened
from galaxyzoo.evaluation.held_out import held_out, read_held_out
from galaxyzoo.evaluation.rankings import ranked_galaxies, sheet_positions
from galaxyzoo.report import explorer
from galaxyzoo.report.explorer import explorer_data
from galaxyzoo.tree.decision_tree import tree_from
from held_out_galaxies import ranked, table
from trees import GALAXY_ZOO_2, RING_TREE

TWO_ANSWERS = tree_from(
    [{"text": "Ring?", "answers": [{"column": "ring"}, {"column": "no", "phrase": "no ring"}]}]
)


def crops(galaxies):
    return np.random.default_rng(0).integers(0, 256, (galaxies, 32, 32, 3), dtype=np.uint8)


def test_the_data_are_the_galaxies():
    galaxies = ranked(30)
    data = explorer_data(galaxies, crops(30), GALAXY_ZOO_2)
    assert data["held_out"] == 30
    shown = {name: values for name, values in data["galaxies"].items() if name != "picture"}
    for row in pd.DataFrame(shown).itertuples():
        galaxy = galaxies[galaxies["GalaxyID"].astype(str) == row.id].iloc[0]
        assert row.rmse == pytest.approx(galaxy["rmse"], abs=1e-5)
        for who, values, given in (
            ("crowd", row.voted, "voted_"),
            ("network", row.predicted, "predicted_"),
        ):
            saying = data["sayings"][getattr(row, who)]
            probabilities = galaxy[[given + c for c in GALAXY_ZOO_2.columns]].to_numpy(float)
            assert saying["text"] == galaxy[who]
            assert list(saying["path"]) == GALAXY_ZOO_2.favourite_path(probabilities)
            np.testing.assert_allclose(np.array(values) / 1000, probabilities, atol=0.0005001)


def test_ids_are_text_for_some_have_more_digits_than_javascript_s_numbers():
    galaxies = ranked(1).assign(GalaxyID=587722981742084144)
    data = explorer_data(galaxies, crops(1), GALAXY_ZOO_2)
    assert data["galaxies"]["id"] == ["587722981742084144"]


def test_galaxies_have_their_owners_names_and_carried_cells():
    owners = pd.DataFrame(
        {"name": [f"J{i}" for i in range(30)], "z": [f"0.{i}" for i in range(30)]}
    )
    galaxies = ranked(30)
    data = explorer_data(galaxies, crops(30), GALAXY_ZOO_2, owners)
    assert data["carried"] == ["z"]
    shown = data["galaxies"]
    place = dict(zip(galaxies["GalaxyID"].astype(str), range(30), strict=True))
    assert shown["name"] == [f"J{place[galaxy]}" for galaxy in shown["id"]]
    assert shown["carried"] == [[f"0.{place[galaxy]}"] for galaxy in shown["id"]]
    plain = explorer_data(galaxies, crops(30), GALAXY_ZOO_2)
    assert plain["carried"] == []
    assert plain["galaxies"]["name"] == plain["galaxies"]["id"]


def test_the_sheets_come_first_where_galaxies_or_pictures_do_not_fit():
    galaxies, pictures = ranked(200), crops(200)
    data = explorer_data(galaxies, pictures, GALAXY_ZOO_2, most=100, budget_bytes=80_000)
    shown = data["galaxies"]
    assert len(shown["id"]) == 100
    sizes = [len(picture) for picture in shown["picture"] if picture]
    assert 60_000 < sum(sizes) <= 80_000
    assert shown["picture"][len(sizes) :] == [None] * (100 - len(sizes))
    for sheet in ("typical", "best", "worst", "disagreed"):
        ids = galaxies["GalaxyID"].iloc[sheet_positions(galaxies, sheet)].astype(str)
        assert set(ids) <= set(shown["id"][:48])


def test_six_thousand_galaxies_fit_into_the_page():
    galaxies = ranked(6000)
    noise = np.random.default_rng(0).integers(0, 40, (8, 32, 32, 3), dtype=np.uint8)
    galaxies["row"] %= 8
    text = json.dumps(explorer_data(galaxies, noise, GALAXY_ZOO_2), separators=(",", ":"))
    # What the page has besides: a megabyte or two of figures and of sheets.
    assert len(text) - explorer.PICTURE_BUDGET_BYTES < 4e6


@pytest.fixture
def page(browser, finished):
    """The tiny experiment's report, open in a browser."""
    with opened(browser, finished.results / "report.html") as page:
        yield page


@pytest.fixture(scope="module")
def galaxies(finished):
    galaxies = read_held_out(
        finished.survey / "training.csv", finished.survey / "holdout.csv", GALAXY_ZOO_2
    )
    predicted = galaxies.predicted(finished.results / "bag" / "holdout.parquet")
    return ranked_galaxies(galaxies, predicted).assign(id=galaxies.ids.astype(str))


def ids(page):
    return page.locator("#explorer-list .id").all_inner_texts()


def expect_heading(page, text):
    """Wait until the chosen galaxy's heading says so: a browser tells of a new address late."""
    expect(page.locator("#explorer-heading")).to_have_text(text)


def test_galaxies_are_listed_by_error_disagreement_or_id(page, galaxies):
    for order, column, ascending in [
        *(("highest error", "rmse", False), ("lowest error", "rmse", True)),
        *(("disagreement", "disagreement", False), ("id", "GalaxyID", True)),
    ]:
        page.get_by_label("Sorted by").select_option(order)
        values = galaxies.set_index("id")[column].loc[ids(page)].round(5)
        assert len(values) == len(galaxies)
        assert (values if ascending else -values).is_monotonic_increasing
    assert f"{len(galaxies)} galaxies, of which 1 to {len(galaxies)}" in page.inner_text(
        "#explorer-count"
    )


def test_a_galaxy_is_found_by_its_id_and_opened_by_the_keyboard(page, galaxies):
    wanted = galaxies["id"].iloc[3]
    search = page.get_by_label("GalaxyID", exact=True)
    search.focus()
    page.keyboard.type(wanted)
    assert ids(page) == [wanted]
    assert "1 galaxy" in page.inner_text("#explorer-count")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#galaxy-{wanted}")
    # The heading named it before, as the first in the list: only the focus waits for the Enter key.
    expect(page.locator("#explorer-heading")).to_be_focused()
    expect_heading(page, f"Galaxy {wanted}")
    search.fill("no such id")
    assert ids(page) == []
    assert page.inner_text("#explorer-count") == "No galaxy matches."


def said(galaxies, who, column):
    prefix = {"crowd": "voted_", "network": "predicted_"}[who]
    values = galaxies[[prefix + c for c in GALAXY_ZOO_2.columns]].to_numpy()
    position = GALAXY_ZOO_2.columns.index(column)
    return np.array([position in GALAXY_ZOO_2.favourite_path(row) for row in values])


@pytest.mark.parametrize("column", ["Class1.1", "Class7.1", "Class3.2", "Class6.2"])
def test_galaxies_are_filtered_by_who_says_an_answer(page, galaxies, column):
    crowd, network = (said(galaxies, who, column) for who in ("crowd", "network"))
    page.locator("#explorer-answer").select_option(str(GALAXY_ZOO_2.columns.index(column)))
    for who, wanted in [
        *(("crowd or network", crowd | network), ("the crowd", crowd), ("the network", network)),
        *(("both: they agree", crowd & network), ("only one: they disagree", crowd ^ network)),
    ]:
        page.get_by_label("Said by").select_option(who)
        assert sorted(ids(page)) == sorted(galaxies["id"][wanted])


def test_without_an_answer_the_filter_is_about_the_whole_sentences(page, galaxies):
    alike = galaxies["crowd"] == galaxies["network"]
    page.get_by_label("Said by").select_option("both: they agree")
    assert sorted(ids(page)) == sorted(galaxies["id"][alike])
    page.get_by_label("Said by").select_option("only one: they disagree")
    assert sorted(ids(page)) == sorted(galaxies["id"][~alike])


def test_a_click_opens_a_galaxy_and_the_back_button_goes_back(page, galaxies):
    first, second = ids(page)[1:3]
    page.locator(f'#explorer-list a[href="#galaxy-{first}"]').click()
    expect_heading(page, f"Galaxy {first}")
    galaxy = galaxies.set_index("id").loc[first]
    assert page.inner_text("#explorer-crowd-says") == galaxy["crowd"]
    assert page.inner_text("#explorer-network-says") == galaxy["network"]
    assert page.inner_text("#explorer-error") == f"{galaxy['rmse']:.5f}"
    assert page.locator("#explorer-picture img").evaluate("image => image.naturalWidth") > 0
    page.get_by_text("Next in the list").click()
    expect_heading(page, f"Galaxy {second}")
    page.go_back()
    expect_heading(page, f"Galaxy {first}")
    page.go_back()
    assert page.url.endswith("report.html")
    expect_heading(page, f"Galaxy {ids(page)[0]}")


def test_a_galaxy_is_opened_by_tab_and_enter(page):
    page.locator("#explorer-sort").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_heading(page, f"Galaxy {ids(page)[1]}")
    current = page.locator("#explorer-list a[aria-current=true]")
    assert current.locator(".id").all_inner_texts() == [ids(page)[1]]


def test_an_address_leads_to_its_galaxy_and_an_unknown_one_says_so(page, galaxies):
    wanted = galaxies["id"].iloc[5]
    page.goto(f"{page.url}#galaxy-{wanted}")
    page.reload()
    expect_heading(page, f"Galaxy {wanted}")
    page.evaluate("location.hash = '#galaxy-1x'")
    page.locator("#explorer-absent").wait_for()
    expect_heading(page, "No galaxy 1x here")
    assert not page.locator("#explorer-galaxy").is_visible()


def test_the_numbers_and_bands_are_the_galaxy_s(page, galaxies):
    galaxy = galaxies.set_index("id").loc[ids(page)[0]]
    page.locator("#explorer-galaxy summary").click()
    rows = page.locator("#explorer-numbers tr").all()
    assert len(rows) == len(GALAXY_ZOO_2.columns)
    for row, column in zip(rows, GALAXY_ZOO_2.columns, strict=True):
        name, crowd, network = row.locator("th, td").all_inner_texts()[1:]
        assert name == GALAXY_ZOO_2.answers[column].name
        assert float(crowd) == pytest.approx(galaxy[f"voted_{column}"], abs=0.00051)
        assert float(network) == pytest.approx(galaxy[f"predicted_{column}"], abs=0.00051)
    # Each band ends `thickness` beside its curve: "... v<thickness>C ...".
    drawn = bands(page)
    for who, prefix, side in (("crowd", "voted_", -1), ("network", "predicted_", 1)):
        values = Counter(round(galaxy[prefix + c], 3) for c in GALAXY_ZOO_2.columns)
        widths = Counter(round(side * width / 14, 3) for width in drawn[who])
        assert not values - widths


def bands(page):
    paths = page.locator("#explorer-tree .band").evaluate_all(
        "all => all.map(one => [one.classList[1], one.getAttribute('d')])"
    )
    found = {"crowd": [], "network": []}
    for who, path in paths:
        found[who].append(float(re.search(r"v(-?[\d.e-]+)C", path)[1]))
    return found


def test_a_tree_of_two_answers_is_drawn(browser, finished, tmp_path):
    values = np.array([[0.2, 0.8], [0.7, 0.3]])
    labels = table(values[::-1], [1, 2], TWO_ANSWERS)
    held = held_out(labels, labels["GalaxyID"], TWO_ANSWERS, "holdout.csv")
    data = explorer_data(ranked_galaxies(held, values), crops(2), TWO_ANSWERS)
    with opened(browser, with_data(finished, data, tmp_path)) as page:
        drawn = bands(page)
        np.testing.assert_allclose(sorted(drawn["crowd"]), [-14 * 0.7, -14 * 0.3])
        np.testing.assert_allclose(sorted(drawn["network"]), [14 * 0.2, 14 * 0.8])
        page.locator("#explorer-answer").select_option("0")
        page.get_by_label("Said by").select_option("the network")
        assert ids(page) == ["2"]
        assert page.inner_text("#explorer-network-says") == "Ring."


def with_a_gap():
    """Two galaxies with the ring tree; of the first nobody said what kind of ring."""
    voted = np.array([[0.8, 0.2, np.nan, np.nan, np.nan, 0.5], [0.3, 0.7, 0.1, 0.1, 0.1, np.nan]])
    labels = table(voted, [1, 2], RING_TREE)
    held = held_out(labels, labels["GalaxyID"], RING_TREE, "holdout.csv")
    predicted = np.array([[0.6, 0.4, 0.3, 0.2, 0.1, 0.4], [0.2, 0.8, 0.1, 0.0, 0.1, 0.4]])
    return ranked_galaxies(held, predicted)


def test_a_missing_vote_is_null_in_the_data():
    text = json.dumps(explorer_data(with_a_gap(), crops(2), RING_TREE), allow_nan=False)
    galaxies = json.loads(text)["galaxies"]
    by_id = dict(zip(galaxies["id"], galaxies["voted"], strict=True))
    assert by_id == {"1": [800, 200, None, None, None, 500], "2": [300, 700, 100, 100, 100, None]}


def test_a_missing_vote_is_shown_as_no_label(browser, finished, tmp_path):
    data = explorer_data(with_a_gap(), crops(2), RING_TREE)
    with opened(browser, with_data(finished, data, tmp_path)) as page:
        page.evaluate("location.hash = '#galaxy-1'")
        expect_heading(page, "Galaxy 1")
        assert page.inner_text("#explorer-crowd-says") == "A ring, redshift 0.50."
        page.locator("#explorer-galaxy summary").click()
        cells = page.locator("#explorer-numbers tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].slice(2).map(cell => cell.innerText))"
        )
        assert cells[1:4] == [["0.200", "0.400"], ["no label", "0.300"], ["no label", "0.200"]]
        percents = page.locator("#explorer-tree .percent").all_text_contents()
        assert percents.count("\N{EN DASH}") == 3  # three kinds of ring, by the crowd
        assert all(np.isfinite(width) for widths in bands(page).values() for width in widths)


def test_many_galaxies_are_paged_and_those_without_a_picture_say_so(browser, finished, tmp_path):
    data = explorer_data(ranked(6000), crops(6000), GALAXY_ZOO_2, budget_bytes=100_000)
    with opened(browser, with_data(finished, data, tmp_path)) as page:
        assert len(ids(page)) == 24
        first = ids(page)
        page.get_by_role("button", name="Next page").click()
        assert not set(first) & set(ids(page))
        assert page.inner_text("#explorer-page") == "Page 2 of 250"
        assert "6,000 galaxies, of which 25 to 48 are shown." in page.inner_text("#explorer-count")
        page.get_by_role("button", name="Previous page").click()
        assert ids(page) == first
        assert page.get_by_role("button", name="Previous page").is_disabled()
        lacking = data["galaxies"]["id"][data["galaxies"]["picture"].index(None)]
        page.evaluate(f"location.hash = '#galaxy-{lacking}'")
        expect_heading(page, f"Galaxy {lacking}")
        assert page.inner_text("#explorer-picture") == "no picture in this page"


def with_data(finished, data, folder):
    """A copy of the tiny experiment's report with other data in its explorer."""
    report = (finished.results / "report.html").read_text(encoding="utf-8")
    text = json.dumps(data).replace("<", "\\u003c")
    start = report.index('id="explorer-data">') + len('id="explorer-data">')
    end = report.index("</script>", start)
    path = folder / "report.html"
    path.write_text(report[:start] + text + report[end:], encoding="utf-8")
    return path
