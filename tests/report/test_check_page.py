"""The page of a look before training: what was found, and what would stop the run."""

import numpy as np
import pandas as pd
import pytest

from browsing import VIEWS, opened, require_access, require_fit, require_links, unfold
from checkout import ROOT
from crowd_words import crowd_words, shown_on
from galaxyzoo.plan.labellers import VOLUNTEERS, WORDS
from galaxyzoo.report.check_page import check_page, what_stops
from galaxyzoo.report.figures.galaxies import label_sheet
from galaxyzoo.report.figures.style import save
from looked_at import HELD
from trees import GALAXY_ZOO_2

TEMPLATE = ROOT / "workflow" / "report" / "check.html.j2"
NONE = {"unreadable": [], "left_out": [], "usable": HELD["galaxies"]}
MASKED = {
    **{"question": 7, "reason": "an answer above has no label", "galaxies": 56},
    **{"answers": 168, "of_galaxies": 6997, "masked": True},
}
DIFFERING = {
    **{"question": 7, "column": "Class1.2", "with_label": 6944, "without_label": 53},
    **{"larger": 0.81, "chance": 3.2e-9},
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A function that writes the page of a look, beside the files that it links to."""
    folder = tmp_path_factory.mktemp("tiny")
    figure = folder / "figures" / "check.png"
    figure.parent.mkdir()
    galaxies = pd.DataFrame({"name": ["J1207+05, row 3"] * 12, "crowd": ["A smooth galaxy."] * 12})
    galaxies.to_csv(figure.with_suffix(".csv"), index=False)
    save(label_sheet(galaxies, np.zeros((12, 8, 8, 3), np.uint8)), figure)

    def write(held=HELD, on_bad_galaxy="stop", words=VOLUNTEERS):
        stops = what_stops(held, on_bad_galaxy)
        path = folder / "check.html"
        text = check_page(held, GALAXY_ZOO_2, figure, TEMPLATE, "tiny", "a<b> survey", stops, words)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def words(path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("labelled_by", WORDS)
def test_only_volunteers_are_a_crowd(written, labelled_by):
    held = HELD | {"masked": [MASKED], "not_at_random": [DIFFERING]}
    text = shown_on(words(written(held, words=WORDS[labelled_by])))
    if labelled_by == "volunteers":
        assert "The share is of the volunteers who were asked the question: the mean" in text
        assert "where at least half of the volunteers were asked." in text
    else:
        assert crowd_words(text) == []


def test_what_stops_a_run_is_told():
    [bad] = what_stops(HELD, "stop")
    assert bad.startswith("The run would stop: 20 galaxies cannot be used. Fix or remove them, or")
    assert what_stops(HELD, "skip") == what_stops(HELD | NONE, "stop") == []
    without = [row | {"labelled": 0} if row["question"] == 1 else row for row in HELD["answers"]]
    [unlabelled] = what_stops(HELD | {"answers": without}, "skip")
    assert "no galaxy has a label of Class1.1, Class1.2, Class1.3. Give labels" in unlabelled
    [nothing] = what_stops(HELD | {"usable": 0}, "skip")
    assert "no galaxy can be used" in nothing


def test_the_page_counts_what_is_left_out_and_why(written):
    text = words(written())
    assert "6,997 of 7,017 galaxies can be used; 20 cannot, 17 of them because: no image" in text
    assert "7,012 pictures were found, and 7,000 galaxies with both" in text
    assert "12 pictures that no row of the table names are ignored" in text
    assert "The pictures of 200 galaxies, evenly spread, were read" in text
    assert "33: J1207, row 8: no image in cutouts is named so" in text
    assert "Of the 200 pictures that were read, 3 cannot be used" in text
    assert "A network learns little from so few." in text
    assert "Labels by answer: 37 rows" in text
    assert "<h1>a&lt;b&gt; survey</h1>" in text
    assert "rejected.csv" not in text  # which is written when galaxies are cropped
    assert 'alt="Pictures of 12 galaxies' in text
    nothing = words(written(HELD | {"drawn": 0, "kinds": [], "usable": 0}))
    assert "no galaxy can be used" in nothing
    assert "<img" not in nothing
    good = words(written(HELD | NONE))
    assert "Nothing that was found would stop the run." in good
    assert "Left out" not in good


def test_masked_answers_and_how_their_galaxies_differ_are_told(written):
    by_redshift = DIFFERING | {"column": "redshift"}
    text = words(written(HELD | {"masked": [MASKED], "not_at_random": [DIFFERING, by_redshift]}))
    assert "<td>redshift</td>" in text
    assert "168 answers of 6,997 galaxies have no label" in text
    assert "What is missing is not missing at random" in text
    assert "81 %" in text


@pytest.mark.parametrize(("width_px", "colour_scheme"), [*VIEWS, (320, "light")])
def test_the_page_fits_and_is_accessible(browser, written, width_px, colour_scheme):
    path = written(HELD | {"masked": [MASKED], "not_at_random": [DIFFERING]})
    with opened(browser, path, width_px, colour_scheme) as page:
        unfold(page)
        require_fit(page)
        require_access(page)
        require_links(page)
