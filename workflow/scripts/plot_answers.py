"""Plot each answer's error, predicted against voted probabilities, and how reliable they are."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.calibration import reliability_table
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.error_tables import answer_table, density_table
from galaxyzoo.figures_errors import bars_by_answer, predicted_against_voted, reliability
from galaxyzoo.figures_style import save_with_numbers
from galaxyzoo.prediction_files import probabilities_of

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
bag = pd.read_parquet(snakemake.input.bag)
labels = pd.read_csv(snakemake.input.index).set_index("GalaxyID")
mean_label = probabilities_of(labels.drop(bag["GalaxyID"]), tree).mean(axis=0)
predicted, voted = (probabilities_of(table, tree) for table in (bag, labels.loc[bag["GalaxyID"]]))
bins = reliability_table(predicted, voted, tree)
calibration = bins[["column", "calibration_error"]].drop_duplicates()
answers = answer_table(predicted, voted, mean_label, tree).merge(calibration, on="column")
densities = density_table(predicted, voted, tree)
for figure, table, path in (
    (bars_by_answer(answers), answers, snakemake.output.answers),
    (predicted_against_voted(densities), densities, snakemake.output.predicted_against_voted),
    (reliability(bins), bins, snakemake.output.reliability),
):
    save_with_numbers(figure, table, Path(path))
