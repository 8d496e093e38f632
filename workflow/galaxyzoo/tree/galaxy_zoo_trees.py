"""Galaxy Zoo's decision trees since Galaxy Zoo 2: each question, its answers and what leads to it.

Columns are named as in the tables of these surveys, without their endings: `bar_strong` for
`bar_strong_fraction`. What a volunteer is asked follows from the answers before, as published:

- DECaLS: Walmsley et al. 2022, MNRAS 509, 3966, the tree of its fifth data release
- DESI: Walmsley et al. 2023, MNRAS 526, 4768, the same tree
- Hubble: Willett et al. 2017, MNRAS 464, 4176, the tree of its main catalogue as drawn on
  data.galaxyzoo.org (its images of GOODS and FERENGI were later classified with another one)
- CANDELS: Simmons et al. 2017, MNRAS 464, 4420
- UKIDSS: Masters et al. 2024, arXiv:2408.10160, the tree of Galaxy Zoo 2 but for its odd features
- Euclid: Euclid Collaboration: Walmsley et al. 2025, arXiv:2503.15310
- JWST: Géron et al. 2025, arXiv:2505.01421, the tree of the CEERS images

The words for them are in `galaxy_zoo_trees_words`, apart, so that other words retrain nothing.
"""

from typing import NamedTuple


class Asked(NamedTuple):
    """A question by its name, its answers by theirs, and the columns of the answers before it.

    `task` is the question's number in tables that name columns by number, as Hubble's and
    CANDELS's do; their answers are numbered in the order given here.
    """

    question: str
    answers: tuple[str, ...]
    parents: tuple[str, ...] = ()
    task: int | None = None


SMOOTH, FEATURED = "smooth-or-featured_smooth", "smooth-or-featured_featured-or-disk"
EDGE_ON, FACE_ON = "disk-edge-on_yes", "disk-edge-on_no"
SPIRAL = "has-spiral-arms_yes"
YES_NO = ("yes", "no")
ARMS = ("1", "2", "3", "4", "more-than-4", "cant-tell")
WINDINGS = ("tight", "medium", "loose")

ROUNDED = Asked("how-rounded", ("round", "in-between", "cigar-shaped"), (SMOOTH,))
DISK = (
    Asked("disk-edge-on", YES_NO, (FEATURED,)),
    Asked("has-spiral-arms", YES_NO, (FACE_ON,)),
    Asked("bar", ("strong", "weak", "no"), (FACE_ON,)),
    Asked("bulge-size", ("dominant", "large", "moderate", "small", "none"), (FACE_ON,)),
    Asked("edge-on-bulge", ("boxy", "none", "rounded"), (EDGE_ON,)),
    Asked("spiral-winding", WINDINGS, (SPIRAL,)),
    Asked("spiral-arm-count", ARMS, (SPIRAL,)),
)
MERGING = Asked(
    "merging", ("none", "minor-disturbance", "major-disturbance", "merger"), (SMOOTH, FEATURED)
)

DECALS = (
    Asked("smooth-or-featured", ("smooth", "featured-or-disk", "artifact")),
    ROUNDED,
    *DISK,
    MERGING,
)

EUCLID = (
    Asked("smooth-or-featured", ("smooth", "featured-or-disk", "problem")),
    ROUNDED,
    *DISK,
    Asked("clumps", YES_NO, (FACE_ON,)),
    MERGING,
    Asked("problem", ("star", "artifact", "zoom"), ("smooth-or-featured_problem",)),
    Asked(
        "artifact",
        ("satellite", "scattered", "diffraction", "ray", "saturation", "other", "ghost"),
        ("problem_artifact",),
    ),
)

JWST = (
    Asked("smooth-or-featured", ("smooth", "featured-or-disk", "star-artifact-zoom")),
    ROUNDED,
    *DISK,
    Asked("clumps", YES_NO, (SMOOTH, FEATURED)),
    MERGING,
    Asked("problem", ("star", "artifact", "bad-zoom"), ("smooth-or-featured_star-artifact-zoom",)),
)

UKIDSS = (
    Asked("smooth-or-featured", ("smooth", "featured-or-disk", "artifact")),
    Asked("disk-edge-on", YES_NO, (FEATURED,)),
    Asked("bar", YES_NO, (FACE_ON,)),
    Asked("has-spiral-arms", YES_NO, (FACE_ON,)),
    Asked("bulge-size", ("no", "just-noticeable", "obvious", "dominant"), (FACE_ON,)),
    Asked("something-odd", YES_NO, (SMOOTH, FEATURED)),
    Asked("how-rounded", ("round", "in-between", "cigar"), (SMOOTH,)),
    Asked("bulge-shape", ("round", "boxy", "no-bulge"), (EDGE_ON,)),
    Asked("spiral-winding", WINDINGS, (SPIRAL,)),
    Asked("spiral-arm-count", ARMS, (SPIRAL,)),
)

FEATURES = "smooth-or-featured_features"
CLUMPY, NOT_CLUMPY = "clumpy-appearance_yes", "clumpy-appearance_no"
CLUMPS = ("1", "2", "3", "4", "5-plus", "cant-tell")
SEVERAL_CLUMPS = tuple(f"clump-count_{number}" for number in CLUMPS[1:])
ARRANGED = ("straight-line", "chain", "cluster-or-irregular", "spiral")
BRIGHTEST = "one-clump-brightest_yes"
# Where there is one clump, or several of which none is brighter, or the brightest is central.
TOLD_OF_SYMMETRY = ("clump-count_1", "one-clump-brightest_no", "brightest-clump-central_yes")

CANDELS = (
    Asked("smooth-or-featured", ("smooth", "features", "artifact"), (), 0),
    Asked("how-rounded", ("completely", "in-between", "cigar-shaped"), (SMOOTH,), 1),
    Asked("clumpy-appearance", YES_NO, (FEATURES,), 2),
    Asked("clump-count", CLUMPS, (CLUMPY,), 3),
    Asked("clump-configuration", ARRANGED, SEVERAL_CLUMPS[1:], 4),
    Asked("one-clump-brightest", YES_NO, SEVERAL_CLUMPS, 5),
    Asked("brightest-clump-central", YES_NO, (BRIGHTEST,), 6),
    Asked("galaxy-symmetrical", YES_NO, TOLD_OF_SYMMETRY, 7),
    Asked("clumps-embedded-larger-object", YES_NO, TOLD_OF_SYMMETRY, 8),
    Asked("disk-edge-on", YES_NO, (NOT_CLUMPY,), 9),
    Asked("edge-on-bulge", YES_NO, (EDGE_ON,), 10),
    Asked("bar", YES_NO, (FACE_ON,), 11),
    Asked("has-spiral-arms", YES_NO, (FACE_ON,), 12),
    Asked("spiral-winding", WINDINGS, (SPIRAL,), 13),
    Asked("spiral-arm-count", CLUMPS, (SPIRAL,), 14),
    Asked("bulge-size", ("none", "obvious", "dominant"), (FACE_ON,), 15),
    Asked("merging", ("merger", "tidal-debris", "both", "neither"), (SMOOTH, FEATURES), 16),
)

NOT_IN_A_SPIRAL = tuple(f"clump-configuration_{name}" for name in ARRANGED[:-1])
FACE_ON_DISK = (FACE_ON, "clump-configuration_spiral")  # whose clumps are its arms

HUBBLE = (
    Asked("smooth-or-featured", ("smooth", "features", "artifact"), (), 1),
    Asked("how-rounded", ("completely", "in-between", "cigar-shaped"), (SMOOTH,), 7),
    Asked("clumpy-appearance", YES_NO, (FEATURES,), 12),
    Asked("clump-count", CLUMPS, (CLUMPY,), 16),
    Asked("clump-configuration", ARRANGED, SEVERAL_CLUMPS[1:], 15),
    Asked("one-clump-brightest", YES_NO, ("clump-count_2", *NOT_IN_A_SPIRAL), 13),
    Asked("brightest-clump-central", YES_NO, (BRIGHTEST,), 14),
    Asked("galaxy-symmetrical", YES_NO, (*TOLD_OF_SYMMETRY, "brightest-clump-central_no"), 17),
    Asked(
        "clumps-embedded-larger-object",
        YES_NO,
        (*TOLD_OF_SYMMETRY, "brightest-clump-central_no"),
        18,
    ),
    Asked("disk-edge-on", YES_NO, (NOT_CLUMPY,), 2),
    Asked("bulge-shape", ("rounded", "boxy", "none"), (EDGE_ON,), 9),
    Asked("bar", YES_NO, FACE_ON_DISK, 3),
    Asked("has-spiral-arms", YES_NO, FACE_ON_DISK, 4),
    Asked("spiral-winding", WINDINGS, (SPIRAL,), 10),
    Asked("spiral-arm-count", CLUMPS, (SPIRAL,), 11),
    Asked("bulge-size", ("none", "just-noticeable", "obvious", "dominant"), FACE_ON_DISK, 5),
    Asked("something-odd", YES_NO, (SMOOTH, FEATURES), 6),
    Asked(
        "odd-feature",
        ("ring", "lens-or-arc", "disturbed", "irregular", "other", "merger", "dust-lane"),
        ("something-odd_yes",),
        8,
    ),
)

TREES = {
    "galaxy_zoo_decals": DECALS,
    "galaxy_zoo_desi": DECALS,
    "galaxy_zoo_hubble": HUBBLE,
    "galaxy_zoo_candels": CANDELS,
    "galaxy_zoo_ukidss": UKIDSS,
    "galaxy_zoo_euclid": EUCLID,
    "galaxy_zoo_jwst": JWST,
}
# What the tables of Galaxy Zoo Evo put after a question: `bar-dr5_strong`.
CAMPAIGNS = {
    "galaxy_zoo_decals": ("dr5",),
    "galaxy_zoo_desi": ("dr8",),
    "galaxy_zoo_hubble": ("hubble",),
    "galaxy_zoo_candels": ("candels",),
    "galaxy_zoo_ukidss": ("ukidss",),
    "galaxy_zoo_euclid": ("euclid",),
    "galaxy_zoo_jwst": ("jwst",),
}
