"""Words of a crowd, which a page about labels of experts or programs must not say."""

import re

OF_A_CROWD = re.compile(r"\w*crowd\w*|\w*volunteer\w*|\bvot(?:e|es|ed|ing|ers?)\b", re.IGNORECASE)
# What stays: what Galaxy Zoo's own volunteers did, and the name of a catalogue's column.
STAYING = re.compile(r"Galaxy Zoo(?: 2)?.s (?:own )?votes|_proportion_volunteers_asked")
UNSEEN = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
SEEN_IN_TAGS = re.compile(r'(?:alt|aria-label|title|label|data-their)="([^"]*)"')


def crowd_words(text: str) -> list[str]:
    """The words of a crowd in a text, in lower case."""
    return [word.lower() for word in OF_A_CROWD.findall(STAYING.sub("", text))]


def shown_on(page: str) -> str:
    """What people see or hear of a page: its text, and what some attributes say."""
    seen = UNSEEN.sub(" ", page)
    return " ".join([*SEEN_IN_TAGS.findall(seen), re.sub("<.*?>", " ", seen, flags=re.DOTALL)])
