"""Plot which parts of a picture an answer depends on, for the galaxies of the typical sheet."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.engine.attribution import (
    HIDDEN_AT_ONCE,
    attribution_table,
    occlusion_maps,
    telling_answers,
)
from galaxyzoo.engine.devices import best_device, memory_for, use_threads
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.evaluation.owners import NAME, read_owners
from galaxyzoo.evaluation.rankings import ranked_galaxies, sheet_positions
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.packed_crops import packed_crops
from galaxyzoo.report.figures.galaxies import attribution_sheet
from galaxyzoo.report.figures.style import save
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
tree = tree_from(settings["tree"])
use_threads(snakemake.threads)
network = restored_network(Path(snakemake.input.weights), settings["model"], tree)

galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
predicted = galaxies.predicted(snakemake.input.bag)
positions = sheet_positions(ranked_galaxies(galaxies, predicted), "typical")
answers = telling_answers(predicted[positions], predicted, tree)
crops = packed_crops(snakemake.input.crops, snakemake.input.index)[galaxies.rows[positions]]
with memory_for(HIDDEN_AT_ONCE, network.size_px, None):
    pictures, probabilities, falls = occlusion_maps(network, crops, answers, best_device())
owners = read_owners(snakemake.input.get("galaxies"), galaxies.ids[positions])
columns = [tree.columns[answer] for answer in answers]
explained = pd.DataFrame(
    {
        GALAXY_ID: galaxies.ids[positions],
        NAME: owners[NAME].to_numpy(),
        "column": columns,
        "answer": [tree.answers[column].name for column in columns],
        "probability": probabilities,
    }
)
table = attribution_table(explained, falls)
table.to_csv(snakemake.output.table, index=False)
save(attribution_sheet(table, pictures), Path(snakemake.output.figure))
