"""The words for the questions and answers of `galaxy_zoo_trees`.

For each question its text; for each of its answers, in any of the trees, its name in figures and
its phrase, its part in the sentence that describes a galaxy. Texts after the surveys' papers.
"""

# Volunteers who gave one of these answers were asked nothing more.
LAST = {"smooth-or-featured_artifact"}

NUMBERS_OF_CLUMPS = {
    "1": ("1 clump", "one clump"),
    "2": ("2 clumps", "two clumps"),
    "3": ("3 clumps", "three clumps"),
    "4": ("4 clumps", "four clumps"),
    "5-plus": ("more than 4 clumps", "more than four clumps"),
    "cant-tell": ("can't tell", "clumps that can't be counted"),
}
NUMBERS_OF_ARMS = {
    "1": ("1 arm", "one arm"),
    "2": ("2 arms", "two arms"),
    "3": ("3 arms", "three arms"),
    "4": ("4 arms", "four arms"),
    "more-than-4": ("more than 4 arms", "more than four arms"),
    "5-plus": ("more than 4 arms", "more than four arms"),
    "cant-tell": ("can't tell", "arms that can't be counted"),
}
CIGAR = ("cigar-shaped", "cigar-shaped")
ROUND = ("completely round", "completely round")
NO_BULGE = ("no bulge", "without a bulge")
ROUNDED_BULGE = ("rounded bulge", "with a rounded bulge")
ZOOM = ("bad zoom", "a picture with a wrong zoom")

WORDS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "smooth-or-featured": (
        "Is the galaxy simply smooth and rounded, with no sign of a disc?",
        {
            "smooth": ("smooth", "a smooth galaxy"),
            "featured-or-disk": ("features or disc", "a galaxy with features or a disc"),
            "features": ("features or disc", "a galaxy with features or a disc"),
            "artifact": ("star or artifact", "a star or an artifact"),
            "problem": ("problem", "no galaxy, or a spoilt picture"),
            "star-artifact-zoom": ("star, artifact or bad zoom", "no galaxy, or a spoilt picture"),
        },
    ),
    "how-rounded": (
        "How rounded is it?",
        {
            "round": ROUND,
            "completely": ROUND,
            "in-between": ("in between", "neither round nor elongated"),
            "cigar-shaped": CIGAR,
            "cigar": CIGAR,
        },
    ),
    "disk-edge-on": (
        "Could this be a disc viewed edge-on?",
        {"yes": ("edge-on", "seen edge-on"), "no": ("not edge-on", "")},
    ),
    "has-spiral-arms": (
        "Is there any sign of a spiral arm pattern?",
        {"yes": ("spiral", "with a spiral pattern"), "no": ("no spiral", "no spiral pattern")},
    ),
    "bar": (
        "Is there a sign of a bar feature through the centre?",
        {
            "yes": ("bar", "with a bar"),
            "strong": ("strong bar", "with a strong bar"),
            "weak": ("weak bar", "with a weak bar"),
            "no": ("no bar", "without a bar"),
        },
    ),
    "bulge-size": (
        "How prominent is the central bulge, compared with the rest of the galaxy?",
        {
            "none": ("no bulge", "no bulge"),
            "no": ("no bulge", "no bulge"),
            "small": ("small bulge", "a small bulge"),
            "just-noticeable": ("just noticeable bulge", "a just noticeable bulge"),
            "moderate": ("moderate bulge", "a moderate bulge"),
            "large": ("large bulge", "a large bulge"),
            "obvious": ("obvious bulge", "an obvious bulge"),
            "dominant": ("dominant bulge", "a dominant bulge"),
        },
    ),
    "edge-on-bulge": (
        "Does the galaxy have a bulge at its centre?",
        {
            "yes": ("bulge", "with a bulge"),
            "no": NO_BULGE,
            "none": NO_BULGE,
            "rounded": ROUNDED_BULGE,
            "boxy": ("boxy bulge", "with a boxy bulge"),
        },
    ),
    "bulge-shape": (
        "Does the galaxy have a bulge at its centre? If so, what shape?",
        {
            "round": ROUNDED_BULGE,
            "rounded": ROUNDED_BULGE,
            "boxy": ("boxy bulge", "with a boxy bulge"),
            "no-bulge": NO_BULGE,
            "none": NO_BULGE,
        },
    ),
    "spiral-winding": (
        "How tightly wound do the spiral arms appear?",
        {
            "tight": ("tight", "tightly wound"),
            "medium": ("medium", "medium wound"),
            "loose": ("loose", "loosely wound"),
        },
    ),
    "spiral-arm-count": ("How many spiral arms are there?", NUMBERS_OF_ARMS),
    "merging": (
        "Is the galaxy merging or disturbed?",
        {
            "none": ("not disturbed", ""),
            "neither": ("neither", ""),
            "minor-disturbance": ("minor disturbance", "slightly disturbed"),
            "major-disturbance": ("major disturbance", "strongly disturbed"),
            "tidal-debris": ("tidal debris", "with tidal debris"),
            "merger": ("merger", "merging"),
            "both": ("merger and tidal debris", "merging, with tidal debris"),
        },
    ),
    "clumps": (
        "Does the galaxy have clumps?",
        {"yes": ("clumps", "with clumps"), "no": ("no clumps", "")},
    ),
    "problem": (
        "What is the problem?",
        {
            "star": ("star", "a star"),
            "artifact": ("artifact", "an artifact"),
            "zoom": ZOOM,
            "bad-zoom": ZOOM,
        },
    ),
    "artifact": (
        "What kind of artifact is it?",
        {
            "satellite": ("satellite trail", "a satellite's trail"),
            "scattered": ("scattered light", "scattered light"),
            "diffraction": ("diffraction spike", "a diffraction spike"),
            "ray": ("cosmic ray", "a cosmic ray"),
            "saturation": ("saturation", "saturated"),
            "other": ("other artifact", "of some other kind"),
            "ghost": ("ghost", "a ghost"),
        },
    ),
    "something-odd": (
        "Is there anything odd?",
        {"yes": ("odd", "something odd"), "no": ("not odd", "")},
    ),
    "odd-feature": (
        "Is the odd feature a ring, or is the galaxy disturbed or irregular?",
        {
            "ring": ("ring", "a ring"),
            "lens-or-arc": ("lens or arc", "a lens or an arc"),
            "disturbed": ("disturbed", "disturbed"),
            "irregular": ("irregular", "irregular"),
            "other": ("other", "of some other kind"),
            "merger": ("merger", "a merger"),
            "dust-lane": ("dust lane", "a dust lane"),
        },
    ),
    "clumpy-appearance": (
        "Does the galaxy have a mostly clumpy appearance?",
        {"yes": ("clumpy", "mostly clumpy"), "no": ("not clumpy", "")},
    ),
    "clump-count": ("How many clumps are there?", NUMBERS_OF_CLUMPS),
    "clump-configuration": (
        "Do the clumps appear in a straight line, a chain, or a cluster?",
        {
            "straight-line": ("straight line", "in a straight line"),
            "chain": ("chain", "in a chain"),
            "cluster-or-irregular": ("cluster or irregular", "in a cluster or irregular"),
            "spiral": ("spiral", "in a spiral"),
        },
    ),
    "one-clump-brightest": (
        "Is there one clump which is clearly brighter than the others?",
        {"yes": ("one is brighter", "one of them brighter"), "no": ("none is brighter", "")},
    ),
    "brightest-clump-central": (
        "Is the brightest clump central to the galaxy?",
        {"yes": ("central", "in the centre"), "no": ("not central", "off the centre")},
    ),
    "galaxy-symmetrical": (
        "Does the galaxy appear symmetrical?",
        {"yes": ("symmetrical", "symmetrical"), "no": ("not symmetrical", "not symmetrical")},
    ),
    "clumps-embedded-larger-object": (
        "Do the clumps appear to be embedded within a larger object?",
        {"yes": ("embedded", "embedded in a larger object"), "no": ("not embedded", "")},
    ),
}
