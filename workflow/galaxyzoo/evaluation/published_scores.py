"""Scores that others have published on Kaggle's Galaxy Zoo challenge.

None is for the galaxies that an experiment here holds out. Kaggle scored all but the blog's, on the
private part of its 79,975 test galaxies, whose labels are not public.
"""

from typing import NamedTuple

KAGGLE = "leaderboard of the challenge on Kaggle, 2014"
LATE = "late submission, scored by Kaggle"


class PublishedScore(NamedTuple):
    """A published score: its name, root mean square error, how it was obtained, and its source."""

    name: str
    rmse: float
    meaning: str
    source: str


PUBLISHED = (
    PublishedScore("All zeros", 0.27160, "a benchmark of Kaggle", KAGGLE),
    PublishedScore("Central pixel", 0.16194, "a benchmark of Kaggle", KAGGLE),
    PublishedScore(
        "Briggs 2019",
        0.07673,
        "one ResNet50, one view; on validation galaxies of his own, as the mean over batches",
        "the blog Galaxy Zoo kaggle competition redux with fast.ai",
    ),
    PublishedScore(
        "Dieleman 2014, single",
        0.07693,
        "one network of the winning entry, averaged over views",
        "Dieleman, Willett & Dambre 2015, MNRAS 450, 1441",
    ),
    PublishedScore(
        "Dieleman 2014",
        0.07492,
        "the winning entry: 17 networks, 60 views",
        "Dieleman, Willett & Dambre 2015, MNRAS 450, 1441",
    ),
    PublishedScore("ResNet50", 0.07393, "one network, 16 views", LATE),
    PublishedScore("ConvNeXt-L", 0.07357, "one network, 16 views", LATE),
    PublishedScore("DINOv2-B/14", 0.07251, "one network, 16 views", LATE),
)
