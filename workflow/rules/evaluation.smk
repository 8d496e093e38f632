rule evaluate:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        single=each_seed("predictions/holdout_single.parquet"),
        tta=each_seed("predictions/holdout_tta.parquet"),
        validation=each_seed("predictions/validation_tta.parquet"),
        calibration=experiment_file("calibration.json"),
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        splits=each_seed("split.csv"),
        fair_ids=its_fair_ids,
        twins=its_twins,
        test_index=its_test_index,
        true_probabilities=its_raw("true_probabilities"),
        learnt=learnt_by_its_starts,
        origins=origins_of_its_starts,
        found_in_lists=found_for_its_starts,
        start_holdout=of_its_start("start_holdout.parquet"),
        start_validation=of_its_start("start_validation.parquet"),
    output:
        metrics=experiment_file("metrics.json"),
    log:
        experiment_file("logs/evaluate.log"),
    wildcard_constraints:
        experiment=WITH_NETWORKS,
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=evaluation_settings,
        code=fingerprints("evaluate"),
    script:
        "../scripts/evaluate.py"


rule record_experiment:
    input:
        survey=its_survey("provenance.json"),
        holdout=its_survey("holdout.csv"),
        starting_weights=starting_weights,
        origin=lambda wildcards: starting_weights(wildcards).replace(".safetensors", ".json"),
        weights=each_stage("seed{seed}/stages/{stage}.pt"),
    output:
        record=experiment_file("provenance.json"),
        diffs=directory(experiment_file("diffs")),
    log:
        experiment_file("logs/record_experiment.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=lambda wildcards: {"experiment": wildcards.experiment},
        code=fingerprints("record_experiment"),
    script:
        "../scripts/record_experiment.py"


# The last of an experiment's files: whoever reads its results takes their settings from here.
rule finish:
    input:
        metrics=experiment_file("metrics.json"),
        bag=experiment_file("bag/holdout.parquet"),
        networks=network_weights,
        validation=validation_predictions,
        calibration=experiment_file("calibration.json"),
        splits=lambda wildcards: paths.network_splits(PLAN, wildcards.experiment),
        tables=each_stage_table,
        galaxies=its_raw("galaxies"),
    output:
        record=experiment_file("finished.json"),
    log:
        experiment_file("logs/finish.log"),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=finished_settings,
        code=fingerprints("finish"),
    script:
        "../scripts/finish.py"


# It looks at what is there, and makes nothing.
rule verify:
    log:
        "results/logs/verify.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"folders": [IN_THE_MODULE(f"results/{name}") for name in VERIFIED]},
    script:
        "../scripts/verify.py"


# In a dry run, all that a run makes, and the hours of it.
rule plan:
    input:
        what_is_planned,
