"""Scores that others have published on the galaxies of Kaggle's Galaxy Zoo challenge.

None is for the galaxies that an experiment here holds out. Kaggle scores submissions on its 79,975
test galaxies, whose labels are not public: on a public part during the competition, on the private
rest at its end.
"""

from typing import NamedTuple

PRIVATE = "test, private part"
LEADERBOARD = "test, as on the leaderboard"
NOT_SAID = "test, in 2018; which part is not said"
LATE = "test, late in 2024; which part is not said"

COMPETITION = "kaggle.com/competitions/galaxy-zoo-the-galaxy-challenge/leaderboard"
WINNER = "Dieleman, Willett & Dambre 2015, MNRAS 450, 1441, doi:10.1093/mnras/stv632"
DOCUMENTATION = "github.com/benanne/kaggle-galaxies, doc/documentation.tex"
CHEN = "github.com/leichen2018/Galaxy_Zoo (2018)"
BLOG = "James Briggs 2019, Galaxy Zoo kaggle competition redux with fast.ai (blog post)"
NG = "C.-Y. Ng, github.com/alvinng4/GalaxyZooChallenge (README and report.pdf)"


class PublishedScore(NamedTuple):
    """A published score: its name, root mean square error, galaxies, how it came about, source."""

    name: str
    rmse: float
    galaxies: str
    meaning: str
    source: str


ON_KAGGLES_TEST_GALAXIES = (
    PublishedScore("All zeros", 0.27160, LEADERBOARD, "a benchmark of Kaggle", COMPETITION),
    PublishedScore("Central pixel", 0.16194, LEADERBOARD, "a benchmark of Kaggle", COMPETITION),
    PublishedScore(
        "Dieleman 2014, single",
        0.07693,
        PRIVATE,
        "one network of the winning entry, before averaging over transformed pictures",
        DOCUMENTATION,
    ),
    PublishedScore(
        "Dieleman 2014", 0.07492, PRIVATE, "the winning entry: 17 networks, 60 views", WINNER
    ),
    PublishedScore("Chen, ResNet18", 0.07520, NOT_SAID, "one network", CHEN),
    PublishedScore("Chen, equivariant", 0.07746, NOT_SAID, "one group-equivariant network", CHEN),
    PublishedScore("Chen, both", 0.07484, NOT_SAID, "the mean of the two above", CHEN),
    PublishedScore(
        "Ng, ResNet50", 0.07393, LATE, "one network, 16 views, 90 % of the training galaxies", NG
    ),
    PublishedScore(
        "Ng, ConvNeXt-L", 0.07357, LATE, "one network, 16 views, 90 % of the training galaxies", NG
    ),
    PublishedScore(
        "Ng, DINOv2-B/14", 0.07251, LATE, "one network, 16 views, 90 % of the training galaxies", NG
    ),
)
ON_VALIDATION_GALAXIES = (
    PublishedScore(
        "Briggs 2019",
        0.07673,
        "validation: a fifth of Kaggle's training galaxies",
        "one ResNet50, one view; chosen on the same galaxies; mean over batches (pooled: 0.0769)",
        BLOG,
    ),
)
