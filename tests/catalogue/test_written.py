"""What the README of a catalogue says of the scores on each of several surveys."""

from galaxyzoo.catalogue.written import surveys_in_words


def test_each_of_several_surveys_has_a_sentence_and_one_alone_has_none():
    intervals = {"fraction": {"coverage": 0.912}, "joint": {"coverage": 0.9}}
    unknown = {"fraction": {"coverage": None}, "joint": {"coverage": None}}
    surveys = [
        {"survey": "near", "galaxies": 40, "rmse": 0.08123, "intervals": intervals},
        {"survey": "far", "galaxies": 30, "rmse": 0.09, "intervals": unknown},
    ]
    assert surveys_in_words({"surveys": surveys}) == [
        "On 40 held-out galaxies of near alone the error is 0.0812, and intervals held in 91.2 % "
        "(fractions) and 90.0 % (joint probabilities).",
        "On 30 held-out galaxies of far alone the error is 0.0900, and no interval could be "
        "judged.",
    ]
    assert surveys_in_words({"surveys": []}) == surveys_in_words({}) == []
