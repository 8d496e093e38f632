"""Look at a survey before anything is cropped: what it holds, and some galaxies with labels."""

import json
from pathlib import Path

import pandas as pd

import job
from galaxyzoo.engine.augmentation import middle_zoom
from galaxyzoo.engine.first_sight import as_seen
from galaxyzoo.evaluation.owners import numbers_carried, read_owners
from galaxyzoo.files.archives import GalaxyImages, images_in
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.report.figures.galaxies import label_sheet
from galaxyzoo.report.figures.style import save
from galaxyzoo.surveys.check import check, drawn_galaxies
from galaxyzoo.surveys.labelled import read_labelled
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
given = read_labelled(dict(snakemake.input.items()), tree)
images = Path(snakemake.input.images)
source = GalaxyImages(images, given.image_ids)
owners = read_owners(snakemake.input.get("galaxies"), given.labels.index.unique().to_numpy())
held = check(
    source,
    len(images_in(images)),
    given,
    tree,
    pd.DataFrame(numbers_carried(owners), owners.index),
    settings["crop"],
    settings["words"],
)
drawn, crops = drawn_galaxies(source, given, settings["crop"])
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
