"""The names of bands, and of pictures that are no galaxy's: errors, masks, weights, PSFs.

Uses only the standard library.
"""

import re
from collections.abc import Sequence

# Those of the common surveys; others are known if the config names them.
USUAL_BAND = re.compile(
    r"[ugrizybvjhk]|ks|w[1-4]|nuv|fuv|vis|nir|f\d{3,4}[a-z]{1,2}", re.IGNORECASE
)
ASIDE = re.compile(
    r"err(ors?)?|rms|std(dev)?|sigma|unc(ert(ainty)?)?|noise|var(iance)?|i(nv)?var|weights?|wht|wgt"
    r"|wt|n?exp(map|wt|time)?|num|dqm?|flags?|masks?|msk|maskbits|bpm|segm?(map|entation)?"
    r"|psf(size)?|ctx|con(text)?|bkg|bg|background|sky|(gal)?depth|chi2|model|resid(uals?)?",
    re.IGNORECASE,
)
SEPARATOR = re.compile(r"([-_. ])")


def in_words(count: int) -> str:
    """A number of bands in words."""
    return ("none", "one", "two", "three", "four", "five")[count]


def is_aside(word: str) -> bool:
    """Whether a word names an error, a mask, a weight or the like, of a picture beside it."""
    return ASIDE.fullmatch(word) is not None


def same_band(word: str, bands: Sequence[str]) -> str | None:
    """The one of the config's `bands` that a word is: in the same letters or, if but one, in any.

    None if it is none of them.
    """
    if word in bands:
        return word
    alike = [band for band in bands if band.lower() == word.lower()]
    return alike[0] if len(alike) == 1 else None


def band_of(word: str, bands: Sequence[str]) -> str | None:
    """The band that a word is: one of the config's `bands`, or one of the usual; else None."""
    if (same := same_band(word, bands)) is not None:
        return same
    return word.lower() if USUAL_BAND.fullmatch(word) else None
