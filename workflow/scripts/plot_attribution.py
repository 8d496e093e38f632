"""Plot which places of the pictures an answer hangs on, for the galaxies of the typical sheet."""

from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.attribution import attribution_table, occlusion_maps, telling_answers
from galaxyzoo.checkpoints import restored_network
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.devices import best_device, use_threads
from galaxyzoo.figures_galaxies import attribution_sheet
from galaxyzoo.figures_style import save
from galaxyzoo.prediction_files import ID, probabilities_of
from galaxyzoo.rankings import ranked_galaxies, sheet_positions

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
use_threads(snakemake.threads)
network = restored_network(Path(snakemake.input.weights), settings["model"], tree)

bag, labels = pd.read_parquet(snakemake.input.bag), pd.read_csv(snakemake.input.index)
ranked = ranked_galaxies(bag, labels, tree)
positions = sheet_positions(ranked, "typical")
predicted = probabilities_of(bag, tree)
answers = telling_answers(predicted[positions], predicted, tree)
crops = np.load(snakemake.input.crops, mmap_mode="r")[ranked["row"].iloc[positions]]
pictures, probabilities, falls = occlusion_maps(network, crops, answers, best_device())
columns = [tree.columns[answer] for answer in answers]
galaxies = pd.DataFrame(
    {
        ID: ranked[ID].iloc[positions].to_numpy(),
        "column": columns,
        "answer": [tree.answers[column].name for column in columns],
        "probability": probabilities,
    }
)
table = attribution_table(galaxies, falls)
table.to_csv(snakemake.output.table, index=False)
save(attribution_sheet(table, pictures), Path(snakemake.output.figure))
