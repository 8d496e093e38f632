"""The pictures and labels of several surveys as if they were one survey's, before any crop."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.files.pictures import Content, Fitted
from galaxyzoo.foundation.joined_ids import joined_ids
from galaxyzoo.surveys.crops import Cropping, Faults
from galaxyzoo.surveys.labelled import Labelled


def files_of_place(files: Mapping[str, str], place: int) -> dict[str, str]:
    """The files of the survey at a place in the list, by kind: of names such as `labels_0`."""
    ending = f"_{place}"
    return {
        name.removesuffix(ending): path for name, path in files.items() if name.endswith(ending)
    }


class JoinedImages:
    """The pictures of several surveys, each read by its joined GalaxyID: as `GalaxyImages`."""

    def __init__(self, surveys: Sequence[str], sources: Sequence[GalaxyImages]) -> None:
        """Join the pictures of `sources`, which are those of the `surveys` of these names."""
        self.sources = sources
        self.count = sum(source.count for source in sources)
        self.told = [
            f"{name}: {line}"
            for name, one in zip(surveys, sources, strict=True)
            for line in one.told
        ]
        self.faults: Faults = {}
        names: dict[int, str] = {}
        for place, source in enumerate(sources):
            self.faults |= by_joined_id(surveys, place, source.faults)
            names |= by_joined_id(surveys, place, source.names)
        self.names = dict(sorted(names.items()))

    def read(self, galaxy: int) -> Content:
        """The bytes of a galaxy's picture, or of all its bands."""
        own, place = divmod(galaxy, len(self.sources))
        return self.sources[place].read(own)


class JoinedCropping:
    """How the pictures of several surveys become crops: each as `Cropping` does in its survey."""

    def __init__(self, croppings: Sequence[Cropping]) -> None:
        """`croppings` are those of the surveys, in their order."""
        self.croppings = croppings
        self.shape = croppings[0].shape

    def of(self, galaxy: int, content: Content) -> Fitted:
        """The crop of a galaxy's picture."""
        own, place = divmod(galaxy, len(self.croppings))
        return self.croppings[place].of(own, content)


def joined_images(
    surveys: Sequence[str], sources: Sequence[GalaxyImages]
) -> GalaxyImages | JoinedImages:
    """The pictures of several surveys; those of one as they are."""
    return sources[0] if len(sources) == 1 else JoinedImages(surveys, sources)


def joined_cropping(croppings: Sequence[Cropping]) -> Cropping | JoinedCropping:
    """How the pictures of several surveys become crops; of one, as it is."""
    return croppings[0] if len(croppings) == 1 else JoinedCropping(croppings)


def joined_labelled(
    surveys: Sequence[str], parts: Sequence[Labelled], sources: Sequence[GalaxyImages] = ()
) -> Labelled:
    """The labels of several surveys, by joined GalaxyID, without votes, radii and image names.

    Those of one survey stay as they are. Galaxies are called by survey and name, or by the GalaxyID
    there: those with labels and, if `sources` are given, those with a picture.
    """
    if len(parts) == 1:
        return parts[0]
    pictured = [source.names for source in sources] or [()] * len(parts)
    labels, notes = (
        pd.concat([with_joined_ids(surveys, place, one) for place, one in enumerate(tables)])
        for tables in ([part.labels for part in parts], [part.notes for part in parts])
    )
    faults: Faults = {}
    called: dict[int, str] = {}
    for place, (survey, part) in enumerate(zip(surveys, parts, strict=True)):
        names = {own: str(own) for own in (*part.labels.index.tolist(), *pictured[place])}
        names |= part.called
        called |= by_joined_id(
            surveys, place, {own: f"{survey}: {name}" for own, name in names.items()}
        )
        for key, fault in by_joined_id(surveys, place, part.faults).items():
            own = key // len(surveys) if isinstance(key, int) else key
            named = fault if own in part.called or own == key else f"{own}: {fault}"
            faults[key] = f"{survey}: {named}"
    return Labelled(labels, notes, faults, called, None)


def with_joined_ids(surveys: Sequence[str], place: int, table: pd.DataFrame) -> pd.DataFrame:
    """A table of a survey's galaxies by joined GalaxyID."""
    ids = joined_ids(table.index.to_numpy(), place, surveys)
    return table.set_axis(pd.Index(ids, name=table.index.name))


def by_joined_id(
    surveys: Sequence[str], place: int, values: Mapping[int | str, Any]
) -> dict[int | str, Any]:
    """Values by joined GalaxyIDs; a key that is none has the survey's name before."""
    own = [key for key in values if isinstance(key, int)]
    joined = dict(zip(own, joined_ids(own, place, surveys).tolist(), strict=True))
    return {joined.get(key, f"{surveys[place]}: {key}"): value for key, value in values.items()}
