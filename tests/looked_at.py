"""What a look before training finds of a made-up survey, as in an experiment's check.json."""

from trees import GALAXY_ZOO_2

NOT_NAMED = {
    "kind": "no image in cutouts is named so",
    "galaxies": 17,
    "example": "33: J1207, row 8: no image in cutouts is named so",
}
NO_PICTURE = {
    "kind": "the image is not a JPEG or PNG file",
    "galaxies": 3,
    "example": "14: J0301, row 10: the image is not a JPEG or PNG file",
}
HELD = {
    "pictures": 7012,
    "unnamed": 12,
    "galaxies": 7017,
    "matched": 7000,
    "fit": 7000,
    "usable": 6997,
    "looked_at": 200,
    "kinds": [
        {"width": 424, "height": 424, "mode": "RGB", "galaxies": 196},
        {"width": 300, "height": 424, "mode": "L", "galaxies": 1},
    ],
    "unreadable": [NO_PICTURE],
    "left_out": [NOT_NAMED],
    "answers": [
        {
            "question": question.number,
            "text": question.text,
            "answer": answer.name,
            "column": answer.column,
            "single": False,
            "labelled": 6000 + question.number,
            "share": 1 / len(question.answers),
            "lowest": 0.001,
            "highest": 0.987,
            "main": 700 + question.number,
        }
        for question in GALAXY_ZOO_2.questions
        for answer in question.answers
    ],
    "masked": [],
    "not_at_random": [],
    "warnings": ["A network learns little from so few."],
    "drawn": 12,
    "crop": 224,
    "size": 64,
    "zoom": 1.12,
}
