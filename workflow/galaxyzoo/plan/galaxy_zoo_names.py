"""Words by which an encoder's name, or its card, tells that it learnt Galaxy Zoo's votes."""

import re

# As in zoobot-encoder-convnext_nano, or in the names of Galaxy Zoo's catalogues.
GALAXY_ZOO_NAMES = r"zoobot|galaxy[-_. ]?zoo|\bgz[-_ ]?(2|evo|decals|desi|euclid|hubble|candels)"


def galaxy_zoo_names(text: str) -> list[str]:
    """The names of Galaxy Zoo in a text, in lower case, each once, in alphabetical order."""
    matches = re.finditer(GALAXY_ZOO_NAMES, text, re.IGNORECASE)
    return sorted({match[0].lower() for match in matches})
