"""Which files are a galaxy's picture, by their names: one file, or one for each band.

Files of errors, masks and weights, and of bands that are not shown, are no galaxies: they are put
aside. Names are told apart by their words, between - _ . and spaces.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from galaxyzoo.files.bands import SEPARATOR, band_of, is_aside
from galaxyzoo.files.containers import FITS_PICTURES, PICTURES
from galaxyzoo.foundation.errors import InputError

IMAGE_WORDS = ("image", "img", "sci", "data", "flux", "drz", "drc", "coadd", "stack")
# The place of the band in a name: that of its word, from the last, or a folder of files i.fits.
WHOLE_NAME = 0

Images = Sequence[tuple[str, str]]  # names and places


class GalaxyFile(NamedTuple):
    """A galaxy's picture: its `name` without suffix or band, and its place or those by band."""

    name: str
    places: str | dict[str, str]
    file: str


class Sorted(NamedTuple):
    """The galaxies among files, and the names of those that are `aside` or of `other_bands`."""

    galaxies: list[GalaxyFile]
    aside: list[str]
    other_bands: list[str]


class BandFile(NamedTuple):
    """A FITS file, by one word of its name that is a band."""

    galaxy: str
    where: int
    band: str
    name: str
    place: str


def by_galaxy(images: Images, bands: Sequence[str], key: str) -> Sorted:
    """The galaxies among image files. `bands` are those of the config's `key`.

    FITS files whose names differ in a band alone are one galaxy, named without the band: a-i.fits
    and a-r.fits are a, and so are frame-i-7.fits and frame-r-7.fits frame-7, and J1/i.fits and
    J1/r.fits J1. If any galaxy has several bands, one with a single file in the same manner is
    taken for one that lacks bands, not for a grey picture. Raises InputError if a galaxy has two
    files of a band, or if none has all bands.
    """
    stems = {without_suffix(name).lower() for name, _ in images}
    aside = [name for name, _ in images if is_beside_another(without_suffix(name), stems)]
    left = set(aside)
    rest = [(name, place) for name, place in images if name not in left]
    groups = groups_by_band(rest, bands)
    grouped = {file.name for group in groups.values() for file in group}
    galaxies, other_bands = [], []
    for (galaxy, _), group in groups.items():
        places = places_by_band(group, key)
        shown = {band: places[band] for band in bands if band in places} or places
        other_bands += [file.name for file in group if file.band not in shown]
        galaxies.append(GalaxyFile(galaxy, shown, group[0].name))
    require_a_whole_one(list(groups.values()), bands, key)
    of_bands = {galaxy for galaxy, _ in groups}
    folders = {galaxy for galaxy, where in groups if where == WHOLE_NAME}
    in_small_letters = {galaxy.lower() for galaxy in of_bands}
    for name, place in rest:
        if name in grouped:
            continue
        if is_beside_another(without_suffix(name), in_small_letters):
            aside.append(name)
        elif folder(name) in folders or belongs_to(without_suffix(name), of_bands):
            other_bands.append(name)
        else:
            galaxies.append(GalaxyFile(without_suffix(name), place, name))
    by_name = sorted(galaxies, key=lambda galaxy: galaxy.name)
    return Sorted(by_name, sorted(aside), sorted(other_bands))


def without_suffix(name: str) -> str:
    """The name of a picture's file without its suffix."""
    fits = [suffix for suffix in PICTURES if name.lower().endswith(suffix)]
    return name[: -len(max(fits, key=len))]


def is_beside_another(stem: str, stems: set[str]) -> bool:
    """Whether a word of a name says error, mask or the like, of a picture that is there too.

    That picture has the same name without the word, or with one like `image` in its place. `stems`
    are all names, in small letters.
    """
    above, _, last = stem.lower().rpartition("/")
    parts = SEPARATOR.split(last)
    for position in range(0, len(parts), 2):
        if not is_aside(parts[position]):
            continue
        without = [
            "".join(parts[: max(position - 1, 0)] + parts[position + 1 :]),
            "".join(parts[:position] + parts[position + 2 :]),
        ]
        instead = ["".join([*parts[:position], w, *parts[position + 1 :]]) for w in IMAGE_WORDS]
        names = {f"{above}/{name}" if above else name for name in (*without, *instead) if name}
        if any(name in stems and name != stem.lower() for name in names):
            return True
    return False


def groups_by_band(images: Images, bands: Sequence[str]) -> dict[tuple[str, int], list[BandFile]]:
    """FITS files by galaxy and by where the band stands in their names; none if no two are one."""
    fits = [(name, place) for name, place in images if name.lower().endswith(FITS_PICTURES)]
    mixed = {folder(name) for name, _ in fits if band_of(last_part(name), bands) is None}
    readings = [list(band_files(name, place, bands, mixed)) for name, place in fits]
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for files in readings:
        for file in files:
            found[file.galaxy, file.where].add(file.band)
    manners = {where for (_, where), of_one in found.items() if len(of_one) > 1}
    groups = defaultdict(list)
    for files in readings:
        fit = [
            file
            for file in files
            if len(found[file.galaxy, file.where]) > 1
            or (file.where in manners and file.band in bands)
        ]
        if fit:
            best = max(fit, key=lambda file: len(found[file.galaxy, file.where]))
            groups[best.galaxy, best.where].append(best)
    return groups


def folder(name: str) -> str:
    """The folder that a file is in."""
    return name.rpartition("/")[0]


def last_part(name: str) -> str:
    """A picture's name without folders and suffix."""
    return without_suffix(name).rpartition("/")[2]


def band_files(name: str, place: str, bands: Sequence[str], mixed: set[str]) -> Iterator[BandFile]:
    """The ways to read a FITS file's name as that of a galaxy with a band, the last word first.

    A folder is a galaxy if its FITS files are all named by bands: if it is not one of `mixed`.
    """
    if (band := band_of(last_part(name), bands)) is not None:
        if folder(name) not in mixed:
            yield BandFile(folder(name), WHOLE_NAME, band, name, place)
        return
    parts = SEPARATOR.split(last_part(name))
    for position in range(len(parts) - 1, -1, -2):
        if (band := band_of(parts[position], bands)) is not None:
            left, right = parts[: max(position - 1, 0)], parts[position + 1 :]
            rest = "".join(left + right if left else right[1:])
            galaxy = f"{folder(name)}/{rest}" if folder(name) else rest
            yield BandFile(galaxy, position - len(parts), band, name, place)


def places_by_band(group: Sequence[BandFile], key: str) -> dict[str, str]:
    """The places of a galaxy's files by band; InputError if two are of one band."""
    seen: dict[str, BandFile] = {}
    for file in group:
        if file.band in seen:
            raise InputError(
                f"{seen[file.band].name} and {file.name} are both the band {file.band} of one "
                f"galaxy; keep one, or name bands in the same letters in {key}"
            )
        seen[file.band] = file
    return {band: file.place for band, file in seen.items()}


def require_a_whole_one(
    groups: Sequence[Sequence[BandFile]], bands: Sequence[str], key: str
) -> None:
    """Raise InputError if there are galaxies with a file a band, and none has all `bands`."""
    if groups and not any(set(bands) <= {file.band for file in group} for group in groups):
        first = groups[0]
        raise InputError(
            f"{key}: no galaxy has files of all of {', '.join(bands)}; that of {first[0].name} has "
            f"{', '.join(file.band for file in first)}: name bands that the galaxies have, or "
            "rename the files if these words in their names are no bands"
        )


def belongs_to(stem: str, galaxies: set[str]) -> bool:
    """Whether a name is that of one of the galaxies and more words, not all of them numbers."""
    above, slash, last = stem.rpartition("/")
    parts = SEPARATOR.split(last)
    return any(
        f"{above}{slash}{''.join(parts[:end])}" in galaxies
        and any(map(str.isalpha, "".join(parts[end:])))
        for end in range(1, len(parts), 2)
    )
