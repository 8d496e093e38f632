"""Pictures of a shard's galaxies in batches, decoded ahead."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol

from galaxyzoo.files.images import is_the_images
from galaxyzoo.files.pictures import Content, Fitted, decoded, fitted, reason

BATCHES_AHEAD = 2


class Galaxy(NamedTuple):
    """A galaxy's picture as the networks take it, or the reason why it cannot be used."""

    picture: Fitted | None
    reason: str = ""


class Reader(Protocol):
    """What reads images by their places, in several threads at once."""

    def read(self, place: str) -> Content:
        """The bytes of an image, or of all bands of one."""


def fitted_pictures(
    places: Sequence[str],
    radii_arcsec: Sequence[float | None],
    faults: Sequence[str | None],
    reader: Reader,
    size_px: int,
    settings: dict[str, Any],
    batch_size: int,
    decoders: int,
) -> Iterator[list[Galaxy]]:
    """Batches of galaxies, read from their `places` and fitted to crops of `size_px`, in order.

    One with a fault is not read.
    """

    def galaxy(place: str, radius_arcsec: float | None, fault: str | None) -> Galaxy:
        if fault:
            return Galaxy(None, fault)
        try:
            picture = decoded(reader.read(place), settings)
            return Galaxy(fitted(picture, size_px, radius_arcsec, settings))
        except Exception as error:  # of a file with anything in it
            if not is_the_images(error):
                raise
            return Galaxy(None, reason(error))

    each = list(zip(places, radii_arcsec, faults, strict=True))
    batches = [each[start : start + batch_size] for start in range(0, len(each), batch_size)]
    ahead: deque[list[Future[Galaxy]]] = deque()
    with ThreadPoolExecutor(decoders) as pool:
        for batch in [*batches, *[None] * BATCHES_AHEAD]:
            if batch is not None:
                ahead.append([pool.submit(galaxy, *one) for one in batch])
            if ahead and (batch is None or len(ahead) > BATCHES_AHEAD):
                yield [future.result() for future in ahead.popleft()]
