"""Who labelled a survey's galaxies, as pages, figures and captions say it: words, and no numbers.

The config's `survey.labelled_by` chooses them. The keys are named after what is said of volunteers.
Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from typing import Any

Words = dict[str, str]

VOLUNTEERS: Words = {
    "who": "a crowd of volunteers",
    "people": "volunteers",
    "they": "the crowd",
    "their": "the crowd's",
    "short": "crowd",
    "say": "says",
    "have": "has",
    "vote": "vote",
    "votes": "votes",
    "voted": "voted",
    "they_voted": "the crowd voted",
    "voted_for": "that the majority voted",
    "do_they_vote": "Does the crowd vote",
    "of_votes_on": "of the votes on",
    "main": "majority",
    "main_answer": "the answer of the majority",
    "main_answers": "the majority's answer",
    "percentages": "percentages of all volunteers",
    "agreement": "the crowd's agreement",
    "agreement_on_axis": "agreement of the crowd",
    "agreement_in_tables": "agreement",
    "agreement_means": (
        "the vote share of a question's most popular answer, averaged over questions and weighted "
        "by how many volunteers reached each"
    ),
    "agreed": "by how much the crowd agreed on them",
    "agreeing_by": "whose crowd agrees by",
    "share_who_reached": "the share of volunteers who reached",
    "few_are_asked": "few are asked",
    "few_are_asked_about": "few are asked about",
    "of_those_asked": "of the volunteers who were asked the question",
    "about_which": "about which",
    "half_asked": "half of the volunteers were asked",
    "half_asked_it": "half of the volunteers were asked it",
    "half_would_be_asked": "half of the volunteers would be asked the question",
    "most_would_give": "that most of them would give",
    "half": "half of the volunteers",
    "half_never_asked": "No question was put to half of the volunteers for any held-out galaxy.",
    "where_asked": "Where volunteers were asked",
    "hedging": "too high where few voted for the answer, too low where most did",
    "looked_at": "what the crowd looked at",
    "repeats": "what people see in a picture, with their biases for distance and resolution",
}
# What is said of the labels of all others.
LABELS: Words = {
    "vote": "label",
    "votes": "labels",
    "voted": "labelled",
    "voted_for": "with that label",
    "do_they_vote": "Are the labels",
    "of_votes_on": "of",
    "main": "most probable answer",
    "main_answer": "the most probable answer",
    "main_answers": "the most probable answer of the labels",
    "percentages": "percentages",
}


def of_people(name: str) -> Words:
    """The words for labels that people gave, by the plural of what they are called."""
    return LABELS | {
        "who": name,
        "people": name,
        "they": f"the {name}",
        "their": f"the {name}'",
        "short": name,
        "say": "say",
        "have": "have",
        "they_voted": f"the {name} said",
        "agreement": f"the {name}' agreement",
        "agreement_on_axis": f"agreement of the {name}",
        "agreement_in_tables": "agreement",
        "agreement_means": (
            "the share of a question's most probable answer, averaged over questions and weighted "
            f"by how many {name} reached each"
        ),
        "agreed": f"by how much the {name} agreed on them",
        "agreeing_by": f"whose {name} agree by",
        "share_who_reached": f"the share of {name} who reached",
        "few_are_asked": "few are asked",
        "few_are_asked_about": "few are asked about",
        "of_those_asked": f"of the {name} who were asked the question",
        "about_which": "about which",
        "half_asked": f"half of the {name} were asked",
        "half_asked_it": f"half of the {name} were asked it",
        "half_would_be_asked": f"half of the {name} would be asked the question",
        "most_would_give": "that most of them would give",
        "half": f"half of the {name}",
        "half_never_asked": f"No question was put to half of the {name} for any held-out galaxy.",
        "where_asked": f"Where {name} were asked",
        "hedging": f"too high where few {name} gave the answer, too low where most did",
        "looked_at": f"what the {name} looked at",
        "repeats": VOLUNTEERS["repeats"],
    }


def of_a_program(name: str) -> Words:
    """The words for labels that a program gave: one that simulates, or a network."""
    return LABELS | {
        "who": f"the {name}",
        "people": f"the {name}",
        "they": f"the {name}",
        "their": f"the {name}'s",
        "short": name,
        "say": "says",
        "have": "has",
        "they_voted": f"the {name} said",
        "agreement": "the clarity of the labels",
        "agreement_on_axis": "clarity of the labels",
        "agreement_in_tables": "clarity",
        "agreement_means": (
            "the share of a question's most probable answer, averaged over questions and weighted "
            "by the share that leads to each"
        ),
        "agreed": "by how clear their labels are",
        "agreeing_by": "whose labels have a clarity of",
        "share_who_reached": "the share that leads to",
        "few_are_asked": "little leads to",
        "few_are_asked_about": "little leads to",
        "of_those_asked": "of what leads to the question",
        "about_which": "for which",
        "half_asked": "half of the probability leads to the question",
        "half_asked_it": "half of the probability leads to it",
        "half_would_be_asked": "half of the probability would lead to the question",
        "most_would_give": "with most of it",
        "half": f"the {name}",
        "half_never_asked": (
            "For no held-out galaxy does half of the probability lead to a question."
        ),
        "where_asked": "Where labels lead to the question",
        "hedging": "too high where the label is low, too low where it is high",
        "looked_at": f"what the {name} went by",
        "repeats": f"what the {name} says, with its biases",
    }


WORDS = {
    "volunteers": VOLUNTEERS,
    "experts": of_people("experts"),
    "simulation": of_a_program("simulation"),
    "network": of_a_program("earlier network"),
    "labellers": of_people("labellers"),  # of several surveys
}


def words_of(survey: Mapping[str, Any]) -> Words:
    """The words for those who labelled a survey, by the `survey` of a resolved config.

    The config of an older result has no such key: volunteers labelled its galaxies.
    """
    return WORDS[survey.get("labelled_by", "volunteers")]
