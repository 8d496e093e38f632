"""The pictures of a survey's galaxies, each read by its GalaxyID."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from galaxyzoo.files.archives import is_utf8
from galaxyzoo.files.names import galaxy_id
from galaxyzoo.files.picture_sources import PictureFile, PictureReader, pictures_in


class GalaxyImages:
    """The pictures at a path, in all that a catalogue takes, each read by its GalaxyID.

    A picture is named by its GalaxyID, at any depth. Dotfiles and the files that macOS adds to a
    zip are ignored. If pictures have other names, `ids` maps their files to GalaxyIDs, and those
    that it does not list are ignored too.

    `names` maps GalaxyID -> file, by ascending GalaxyID. `faults` says what is wrong with GalaxyIDs
    that have several pictures, and with names that are not GalaxyIDs. `told` has sentences about
    what is left out, and how pictures are read; `count` is the number of pictures. Processes forked
    from the one that created the object can read from it at the same time.
    """

    def __init__(
        self, path: Path, settings: Mapping[str, Any], ids: Mapping[str, int] | None = None
    ) -> None:
        """List the pictures; InputError if `path` holds none.

        `settings` are those of `plan.picture_settings`.
        """
        self.path = path
        self._reader = PictureReader(path, settings)
        pictures, self.told = pictures_in(path, self._reader.container, settings)
        self.count = len(pictures)
        self.faults: dict[int | str, str] = {}
        found: dict[int, list[PictureFile]] = defaultdict(list)
        for picture in pictures:
            if not is_utf8(picture.file):
                self.faults[ascii(picture.file)] = "the image's name is not UTF-8"
                continue
            name = picture.name.rpartition("/")[2]
            galaxy = galaxy_id(name) if ids is None else ids.get(picture.file)
            if galaxy is not None:
                found[galaxy].append(picture)
            elif ids is None:
                self.faults[picture.file] = "the image's name is no GalaxyID"
        for galaxy in sorted(found):
            if len(found[galaxy]) > 1:
                names = ", ".join(sorted(picture.file for picture in found.pop(galaxy)))
                self.faults[galaxy] = f"several images: {names}"
        self._pictures = {galaxy: found[galaxy][0] for galaxy in sorted(found)}
        self.names = {galaxy: picture.file for galaxy, picture in self._pictures.items()}

    def read(self, galaxy: int) -> bytes | dict[str, bytes]:
        """The bytes of the picture of a galaxy in `names`, or of all its bands.

        Raises InputError if they are too many.
        """
        return self._reader.read(self._pictures[galaxy].place)

    def as_they_lie(self, galaxies: Iterable[int]) -> list[int]:
        """Some galaxies in the order in which their pictures lie, and are read fastest."""
        return sorted(galaxies, key=lambda galaxy: self._pictures[galaxy].position)
