"""The finished report in a browser, from disk and without a network."""

import json
import re

import pytest

from browsing import VIEWS, opened, require_access, require_fit, require_links, tab_stops, unfold

MOST_BYTES = 15_000_000


@pytest.fixture(scope="module")
def report(finished):
    return finished.results / "report.html"


@pytest.fixture(scope="module")
def metrics(finished):
    return json.loads((finished.results / "metrics.json").read_text(encoding="utf-8"))


def five_digits(part) -> set[str]:
    """All numbers in a part of metrics.json, as the report writes them."""
    if isinstance(part, dict | list):
        values = part.values() if isinstance(part, dict) else part
        return set().union(*map(five_digits, values))
    return {f"{part:.5f}"} if isinstance(part, float) else set()


@pytest.mark.parametrize(("width_px", "colour_scheme"), VIEWS)
def test_the_report_opens_offline_fits_and_is_accessible(browser, report, width_px, colour_scheme):
    with opened(browser, report, width_px, colour_scheme) as page:
        require_access(page)
        unfold(page)
        require_fit(page)
        require_access(page)


def test_every_file_that_the_report_names_is_there(browser, report):
    with opened(browser, report) as page:
        require_links(page)


def test_the_report_is_no_larger_than_a_mail_would_carry(report):
    assert report.stat().st_size < MOST_BYTES


def test_every_number_of_the_scores_is_one_of_the_metrics(browser, report, metrics):
    known = five_digits(metrics["rmse"]) | five_digits(metrics["rmse_interval"])
    with opened(browser, report) as page:
        scores = page.get_by_role("region", name="Scores", exact=True)
        shown = re.findall(r"\b0\.\d+", scores.inner_text())
    assert set(shown) <= known
    assert five_digits(metrics["rmse"]) <= set(shown)


def test_the_first_screen_of_a_laptop_tells_the_result(browser, report, metrics):
    rmse, (low, high) = metrics["rmse"], metrics["rmse_interval"]["bag"]
    with opened(browser, report) as page:
        top = page.locator("header")
        box, text = top.bounding_box(), top.inner_text()
        rows = {
            row.locator("th").inner_text(): row.locator("td").first.inner_text()
            for row in page.get_by_role("region", name="The error", exact=True)
            .locator("tbody")
            .first.locator("tr")
            .all()
        }
    assert box["y"] + box["height"] <= 800
    assert rows == {
        "Mean label": f"{rmse['mean_label']:.5f}",
        "Central pixel": f"{rmse['central_pixel']:.5f}",
        "Bag": f"{rmse['bag']:.5f}",
        "Vote-noise floor": f"{rmse['vote_noise_floor']:.5f}",
    }
    assert f"{low:.5f} to {high:.5f}" in text
    assert "15 held-out galaxies" in text


def test_the_keyboard_skips_to_the_content_and_always_sees_where_it_is(browser, report):
    with opened(browser, report) as page:
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the results")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.bounding_box()["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('main')")
    with opened(browser, report) as page:
        unfold(page)
        links = page.locator("nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        stops = tab_stops(page)
    assert set(links) <= {stop["name"] for stop in stops}
    assert [stop for stop in stops if stop["outline_px"] < 2 or not stop["seen"]] == []
