"""Look at a survey before anything is cropped: what it holds, and some galaxies with labels."""

import json
from pathlib import Path

import pandas as pd

import job
from galaxyzoo.engine.augmentation import middle_zoom
from galaxyzoo.engine.first_sight import as_seen
from galaxyzoo.evaluation.owners import numbers_carried, read_owners
from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.report.figures.galaxies import label_sheet
from galaxyzoo.report.figures.style import save
from galaxyzoo.surveys.check import check, drawn_galaxies, ignored_pictures
from galaxyzoo.surveys.crops import Cropping
from galaxyzoo.surveys.joined_sources import (
    files_of_place,
    joined_cropping,
    joined_images,
    joined_labelled,
    with_joined_ids,
)
from galaxyzoo.surveys.labelled import read_labelled
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
surveys = settings["surveys"]
parts, sources, croppings, columns = [], [], [], []
for place, pictures in enumerate(settings["pictures"]):
    files = files_of_place(dict(snakemake.input.items()), place)
    part = read_labelled(files, tree)
    owners = read_owners(files.get("galaxies"), part.labels.index.unique().to_numpy())
    owners = with_joined_ids(surveys, place, owners)
    parts.append(part)
    sources.append(GalaxyImages(Path(files["training_images"]), pictures, part.image_ids))
    croppings.append(Cropping(settings["crop"], pictures, part.radii))
    columns.append(pd.DataFrame(numbers_carried(owners), owners.index))
given, source = joined_labelled(surveys, parts, sources), joined_images(surveys, sources)
for sentence in source.told:
    job.log.info("%s", sentence)
cropping, carried = joined_cropping(croppings), pd.concat(columns)
unnamed = sum(map(ignored_pictures, sources, parts))
held = check(source, given, tree, carried, cropping, settings["words"], unnamed)
drawn, crops = drawn_galaxies(source, given, cropping)
seen = as_seen(crops, settings["size"], settings["augmentation"])
galaxies = pd.DataFrame(
    {
        GALAXY_ID: drawn,
        "name": [given.called.get(galaxy, str(galaxy)) for galaxy in drawn],
        "crowd": [tree.describe(row) for row in tree.probabilities(given.labels.loc[drawn])],
    }
)
galaxies.to_csv(snakemake.output.table, index=False)
save(label_sheet(galaxies, seen), Path(snakemake.output.figure))
for sentence in held["warnings"]:
    job.log.warning("%s", sentence)
held |= {
    "drawn": len(drawn),
    "crop": settings["crop"],
    "size": settings["size"],
    "zoom": middle_zoom(settings["augmentation"]),
}
Path(snakemake.output.held).write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
