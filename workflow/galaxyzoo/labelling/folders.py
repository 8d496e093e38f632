"""A folder of answers: of which galaxies it is, so that those of other galaxies do not mix in."""

import json
from collections.abc import Iterable
from pathlib import Path, PurePath

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.labelling.galaxies import Galaxies
from galaxyzoo.labelling.volunteers import Volunteer
from galaxyzoo.plan.listed_galaxies import CUTOUTS, RECORD, described, write_record


def require_own_galaxies(folder: Path, galaxies: Galaxies) -> None:
    """Note in a folder of answers of which galaxies it is, and otherwise see that it is of these.

    They are the same if either of their paths is, as of a catalogue. Raises InputError if they are
    not: another galaxy may have the same id.
    """
    record = folder / RECORD
    try:
        told = json.loads(record.read_text(encoding="utf-8"))
        of = {key: told[key] for key in ("path", "resolved")}
    except FileNotFoundError:
        write_record(folder, galaxies.path)
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{record} is damaged, and says no more of which galaxies the answers in {folder} are; "
            "if they are of these, delete it; otherwise give another folder with --folder"
        ) from error
    if not any(described(galaxies.path)[key] == value for key, value in of.items()):
        raise InputError(
            f"{folder} has answers on the galaxies of {of['path']}, and those of {galaxies.path} "
            f"may have the same ids; give another folder with --folder. If the galaxies are the "
            f"same and were moved, delete {record}"
        )


def require_same_pictures(volunteers: Iterable[Volunteer], galaxies: Galaxies) -> None:
    """Raise InputError if a galaxy that has an answer is another one now, by its picture's name."""
    images = dict(zip(galaxies.ids, galaxies.images, strict=True))
    for volunteer in volunteers:
        for one in volunteer.given:
            if not is_same_picture(images.get(one.galaxy, one.image), one.image):
                raise InputError(
                    f"{volunteer.path}: the galaxy {one.galaxy} had the picture {one.image}, and "
                    f"has {images[one.galaxy]} now; give the table that was labelled, with a "
                    "column of ids, or another folder with --folder"
                )


def is_same_picture(one: str, other: str) -> bool:
    """Whether two names are of one picture, as a position's cut-outs in two catalogues are."""
    ends = PurePath(one).parts[-3:], PurePath(other).parts[-3:]  # cutouts/00/J1.jpg
    return one == other or (ends[0] == ends[1] and ends[0][0] == CUTOUTS)
