"""The words for Galaxy Zoo 2's questions and answers, in the order of `galaxy_zoo_2`.

For each question its text; for each answer its name in figures and its phrase, its part in the
sentence that describes a galaxy. Texts after Willett et al. 2013 (MNRAS 435, 2835, table 2).
"""

# Volunteers who gave this answer were asked nothing more.
LAST = {"Class1.3"}

WORDS: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "Is the galaxy simply smooth and rounded, with no sign of a disc?",
        [
            ("smooth", "a smooth galaxy"),
            ("features or disc", "a galaxy with features or a disc"),
            ("star or artifact", "a star or an artifact"),
        ],
    ),
    (
        "Could this be a disc viewed edge-on?",
        [
            ("edge-on", "seen edge-on"),
            ("not edge-on", ""),
        ],
    ),
    (
        "Is there a sign of a bar feature through the centre?",
        [
            ("bar", "with a bar"),
            ("no bar", "without a bar"),
        ],
    ),
    (
        "Is there any sign of a spiral arm pattern?",
        [
            ("spiral", "with a spiral pattern"),
            ("no spiral", "no spiral pattern"),
        ],
    ),
    (
        "How prominent is the central bulge, compared with the rest of the galaxy?",
        [
            ("no bulge", "no bulge"),
            ("just noticeable bulge", "a just noticeable bulge"),
            ("obvious bulge", "an obvious bulge"),
            ("dominant bulge", "a dominant bulge"),
        ],
    ),
    (
        "Is there anything odd?",
        [
            ("odd", "something odd"),
            ("not odd", ""),
        ],
    ),
    (
        "How rounded is it?",
        [
            ("completely round", "completely round"),
            ("in between", "neither round nor elongated"),
            ("cigar-shaped", "cigar-shaped"),
        ],
    ),
    (
        "Is the odd feature a ring, or is the galaxy disturbed or irregular?",
        [
            ("ring", "a ring"),
            ("lens or arc", "a lens or an arc"),
            ("disturbed", "disturbed"),
            ("irregular", "irregular"),
            ("other", "of some other kind"),
            ("merger", "a merger"),
            ("dust lane", "a dust lane"),
        ],
    ),
    (
        "Does the galaxy have a bulge at its centre? If so, what shape?",
        [
            ("rounded bulge", "with a rounded bulge"),
            ("boxy bulge", "with a boxy bulge"),
            ("no bulge", "without a bulge"),
        ],
    ),
    (
        "How tightly wound do the spiral arms appear?",
        [
            ("tight", "tightly wound"),
            ("medium", "medium wound"),
            ("loose", "loosely wound"),
        ],
    ),
    (
        "How many spiral arms are there?",
        [
            ("1 arm", "one arm"),
            ("2 arms", "two arms"),
            ("3 arms", "three arms"),
            ("4 arms", "four arms"),
            ("more than 4 arms", "more than four arms"),
            ("can't tell", "arms that can't be counted"),
        ],
    ),
]
