"""What the networks of an experiment say about one picture, as JSON for the page."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from galaxyzoo.calibration.familiarity import FEATURES, LIGHT, PLACE, SIZE, of_unit_length
from galaxyzoo.calibration.reduction import read_reduction
from galaxyzoo.catalogue.columns import ID
from galaxyzoo.catalogue.ensemble import Predicted, middle_of, predict_together
from galaxyzoo.engine.attribution import occlusion_maps
from galaxyzoo.files.images import is_the_images
from galaxyzoo.files.pictures import decoded, fitted, reason
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.known_values import known_mean
from galaxyzoo.report.colours import in_colour
from galaxyzoo.report.figures.style import FALLS, RISES
from galaxyzoo.report.templates import thumbnail
from galaxyzoo.showing.browsing import Browsed, galaxies_at, most_like
from galaxyzoo.showing.experts import Experts

NEAREST = 6
WARNINGS = {
    FEATURES: "It is unlike the galaxies of training, so take all of this as a guess.",
    LIGHT: "There is too little light in its middle.",
    PLACE: "The light is not in the middle: one galaxy should be there.",
    SIZE: "It is smaller or larger in the picture than galaxies of training are.",
}


def crop_of(content: bytes, experts: Experts, settings: dict[str, Any]) -> np.ndarray:
    """The middle of a picture, (size, size, bands) uint8, as wide as the networks take it.

    `content` is a JPEG, PNG or FITS file, and `settings` the config's `catalogue`. Raises
    InputError, with a reason, if it is no picture or too small.
    """
    try:
        picture = decoded(content, settings)
        return fitted(picture, experts.size_px, None, settings).pixels
    except Exception as error:
        if isinstance(error, InputError) or is_the_images(error):
            raise InputError(reason(error)) from error
        raise


def answer(crop: np.ndarray, experts: Experts, catalogue: Browsed | None = None) -> dict[str, Any]:
    """What the networks say about a crop.

    The `picture`, the `sentence`, the positions of its columns in `path`, each column's `predicted`
    probability with the ends of its 90 % interval, `lower` and `upper`, in whole thousandths,
    `warnings`, the `telling` column, which is the answer of the sentence farthest above the mean of
    the training galaxies, and the `nearest` of these. With a `catalogue`,
    the galaxies that are most `like` it there.
    """
    tree = experts.tree
    predicted = predict_together(crop[None], experts.members, experts.device)
    probabilities, bounds = experts.calibration.of(predicted.probabilities)
    path = tree.favourite_path(probabilities[0])
    above = probabilities[0] - known_mean(experts.training.voted, axis=0)
    return {
        "picture": thumbnail(crop),
        "sentence": tree.describe(probabilities[0]),
        "path": path,
        "predicted": thousandths(probabilities[0]),
        "lower": thousandths(bounds.lower.joint[0]),
        "upper": thousandths(bounds.upper.joint[0]),
        "telling": path[int(np.argmax(above[path]))],
        "warnings": warnings(predicted, experts),
        "nearest": nearest(predicted.features[0], experts),
        "like": [] if catalogue is None else like(predicted.features, catalogue),
    }


def thousandths(values: np.ndarray) -> list[int]:
    """Probabilities in whole thousandths."""
    return np.rint(1000 * values).astype(int).tolist()


def warnings(predicted: Predicted, experts: Experts) -> list[str]:
    """What is unlike the galaxies of training in a picture."""
    values = {name: predicted.light[name].to_numpy() for name in (LIGHT, PLACE, SIZE)}
    values[FEATURES] = experts.reference.distances(predicted.features)
    return [
        text
        for name, text in WARNINGS.items()
        if experts.reference.is_beyond(name, values[name])[0]
    ]


def nearest(features: np.ndarray, experts: Experts) -> list[dict[str, str]]:
    """The training galaxies whose features (C,) are nearest, the nearest first.

    Each has a `name`, a `picture` and the `sentence` of its labels.
    """
    training = experts.training
    alike = training.features @ of_unit_length(features[None])[0]
    order = np.argsort(-alike, kind="stable")[:NEAREST]
    return [
        {
            "name": training.names[i],
            "picture": thumbnail(training.crops[int(training.rows[i])]),
            "sentence": experts.tree.describe(training.voted[i]),
        }
        for i in order
    ]


def like(features: np.ndarray, catalogue: Browsed) -> list[dict[str, str | None]]:
    """The galaxies of a catalogue whose features are nearest to features (1, C), nearest first.

    Each has a `name`, a `picture`, None if it cannot be read any more, and its `sentence`.
    """
    numbers = read_reduction(catalogue.reduction).of(features)[0]
    return [
        {"name": str(one[ID]), "picture": one["picture"], "sentence": one["sentence"]}
        for one in galaxies_at(most_like(numbers, catalogue, NEAREST), catalogue)
    ]


def places(crop: np.ndarray, column: int, experts: Experts) -> dict[str, Any]:
    """Which places of a crop the probability of a column hangs on, by the first network.

    The `picture` as the network sees it, and a `map` of the same width, in the colour FALLS where
    the probability falls if the place is hidden, and RISES where it rises, the stronger the more;
    and the `most` that it falls or rises.
    """
    first = experts.members[0]
    seen = middle_of(crop[None], first.crop_px)
    pictures, _, falls = occlusion_maps(first.network, seen, [column], experts.device)
    most = float(np.abs(falls[0]).max())
    strength = np.abs(falls[0]) / max(most, np.finfo(np.float32).tiny)
    colour = np.where((falls[0] > 0)[..., None], ImageColor.getrgb(FALLS), ImageColor.getrgb(RISES))
    coloured = np.dstack([colour, 200 * strength]).round().astype(np.uint8)
    return {
        "picture": as_png(in_colour(pictures[0])),
        "map": as_png(coloured),
        "most": round(most, 3),
    }


def as_png(pixels: np.ndarray) -> str:
    """A picture as a base64-encoded PNG file."""
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG")
    return base64.b64encode(encoded.getvalue()).decode("ascii")
