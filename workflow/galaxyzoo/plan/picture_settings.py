"""How pictures become pixels: what a survey's crops were made by, and a catalogue's after them.

Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.taught_pictures import IN_COMMON, Taught

Settings = dict[str, Any]

USUAL_BANDS = ("i", "r", "g")
USUAL_STRETCH = {"minimum": 0.0, "stretch": 5.0, "q": 8.0, "scales": None}
USUAL_SCALE = 0.02  # radii that hold 90 % of the light a pixel: Galaxy Zoo 2's pictures
# What the crops of a survey of the user's own are made by.
OF_PICTURES = ("hdu", "bands", "stretch", "pixel_scale", "training_scale", "sizes")
NO_COLUMNS = {"id_column": None, "image_column": None}
USUAL = {
    "hdu": None,
    "bands": list(USUAL_BANDS),
    "stretch": USUAL_STRETCH,
    "pixel_scale": None,
    "training_scale": None,
    "sizes": "crop",
}
FITS = ("hdu", "bands", "stretch")  # of FITS pictures alone
# Of a network whose checkpoint does not say how its pictures were made, as earlier ones do not.
UNTOLD = {
    "hdu": None,
    "bands": None,
    "stretch": None,
    "training_scale": USUAL_SCALE,
    "sizes": None,
}


def pictures_of_survey(survey: Mapping[str, Any]) -> Settings:
    """What the crops of a survey are made by, from the `survey` of a resolved config.

    `key` is what messages call its settings, "" for a source without any. `id_column` and
    `image_column` name columns of Parquet files with pictures, None where these are found.
    """
    own = survey["own"] if survey["source"] == "own" else None
    found = USUAL | ({name: own[name] for name in OF_PICTURES} if own else {})
    if own and own["radius_column"] and own["training_scale"] is None:
        found["training_scale"] = USUAL_SCALE
    is_table = own is not None and own["table"] is None
    return whole(found) | {"key": ""} | (keys_of_own(own, is_table) if own else NO_COLUMNS)


def keys_of_own(own: Mapping[str, Any], is_table: bool) -> Settings:
    """What messages call the keys of a survey of the user's own, and columns of Parquet files.

    Those that `own` names are theirs if they are the table of the galaxies too.
    """
    columns = {name: own[name] for name in NO_COLUMNS} if is_table else NO_COLUMNS
    return {"key": "survey.own", **columns}


def whole(settings: Settings) -> Settings:
    """Settings with a factor for each of the bands in their stretch."""
    stretch = settings["stretch"]
    scales = stretch["scales"] or [1.0] * len(settings["bands"])
    return settings | {"stretch": stretch | {"scales": scales}}


def taught(settings: Settings, crop_px: int, known_scale: float | None, any_fits: bool) -> Settings:
    """What a network learns of how its pictures were made, for its checkpoint.

    `settings` are those of `pictures_of_survey`, and `known_scale` that of its source. Bands are
    None where pictures are coloured by themselves, and the stretch is None without FITS pictures.
    """
    bands = settings["bands"]
    return {
        "hdu": settings["hdu"] if any_fits else None,
        "bands": bands if any_fits or len(bands) != len(USUAL_BANDS) else None,
        "stretch": settings["stretch"] if any_fits else None,
        "training_scale": settings["training_scale"] or known_scale,
        "sizes": settings["sizes"],
        "crop": crop_px,
    }


def joined_taught(parts: Mapping[str, Taught]) -> Settings:
    """What a network learns of how its pictures were made that are of several surveys, by name.

    Their bands and stretch are those of the surveys that have any, and the config has these agree.
    The scale is known if it is in all. What differs is None, and `surveys` has each one's scale.
    """
    kinds = [*parts.values()]
    common = {key: only_one(kind[key] for kind in kinds if kind[key] is not None) for key in FITS}
    scales = {name: kind["training_scale"] for name, kind in parts.items()}
    return common | {
        "training_scale": only_one(scales.values()),
        # A picture that is large enough is the same with either.
        "sizes": "pad" if any(kind["sizes"] == "pad" for kind in kinds) else kinds[0]["sizes"],
        "crop": kinds[0]["crop"],
        "surveys": scales,
    }


def only_one(values: Iterable[Any]) -> Any:  # noqa: ANN401  (any value of a config)
    """The value that all of some values are; None if there is no such."""
    found = [*values]
    return found[0] if found and all(value == found[0] for value in found) else None


def scales_in_words(taught: Taught) -> list[str]:
    """A sentence if pictures of training are of several surveys that may differ in scale."""
    scales = taught.get("surveys") or {}
    if not scales or taught["training_scale"] is not None:
        return []
    each = ", ".join(f"{name} {f'{one:g}' if one else 'unknown'}" for name, one in scales.items())
    return [
        "The pictures of training are of several surveys, which are not known to have one scale "
        f"(radii per pixel: {each}): a catalogue resamples none, unless catalogue.training_scale "
        "is set."
    ]


def as_trained(settings: Settings, networks: Mapping[str, Taught | None]) -> Settings:
    """The settings of a catalogue, with those of training where it has none.

    `networks` has what each network was `taught`, by its name, None where that is not known. `told`
    has sentences about what is unlike training; another HDU is not, since that is a matter of the
    files. Raises InputError if the catalogue's differ and may not, or if the networks were not all
    taught the same.
    """
    common = one_of_all({name: UNTOLD | (one or {}) for name, one in networks.items()})
    bands = settings["bands"] or common["bands"] or list(USUAL_BANDS)
    if len(bands) != (count := len(common["bands"] or USUAL_BANDS)):
        raise InputError(
            f"catalogue.bands: {', '.join(bands)} are {len(bands)}, and the networks take pictures "
            f"of {count}; name as many"
        )
    found = whole(
        settings
        | {
            "key": "catalogue",
            "hdu": common["hdu"] if settings["hdu"] is None else settings["hdu"],
            "bands": bands,
            "stretch": settings["stretch"] or common["stretch"] or USUAL_STRETCH,
            "training_scale": settings["training_scale"] or common["training_scale"],
            "sizes": settings["sizes"] or common["sizes"] or USUAL["sizes"],
        }
    )
    unlike = [
        f"catalogue.{key}: {found[key]} is not what the networks were trained with, {common[key]}"
        for key in IN_COMMON
        if common[key] is not None and found[key] != common[key]
    ]
    if unlike and settings["unlike_training"] == "refuse":
        raise InputError(
            "; ".join(unlike) + "; leave it out, and theirs is taken, or set "
            "catalogue.unlike_training to allow"
        )
    told = [] if found["training_scale"] else scales_in_words(common)
    return found | {"told": [f"{sentence}." for sentence in unlike] + told}


def one_of_all(known: Mapping[str, Taught]) -> Taught:
    """What all networks were taught; InputError if that is not the same."""
    if not known:
        return UNTOLD
    (first, common), *others = known.items()
    for name, one in others:
        keys = [key for key in IN_COMMON if one[key] != common[key]]
        if "resize" in (one["sizes"], common["sizes"]) and one.get("crop") != common.get("crop"):
            keys.append("crop")
        if keys:
            raise InputError(
                f"the networks {first} and {name} learnt from pictures that were made otherwise "
                f"({', '.join(keys)}), and a catalogue makes them once; ask those of one experiment"
            )
    return common
