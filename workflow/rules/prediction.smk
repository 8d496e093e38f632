rule predict_holdout:
    input:
        weights=its_last_weights,
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        subset=its_survey("holdout.csv"),
    output:
        single=experiment_file("seed{seed}/predictions/holdout_single.parquet"),
        tta=experiment_file("seed{seed}/predictions/holdout_tta.parquet"),
        views=experiment_file("seed{seed}/predictions/holdout_views.parquet"),
    log:
        experiment_file("logs/seed{seed}/predict_holdout.log"),
    benchmark:
        experiment_file("benchmarks/seed{seed}/predict_holdout.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=prediction_settings,
        code=fingerprints("predict"),
        versions=VERSIONS,
    script:
        "../scripts/predict.py"


# Each seed's own, which its network alone has not seen.
use rule predict_holdout as predict_validation with:
    input:
        weights=its_last_weights,
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        split=experiment_file("seed{seed}/split.csv"),
    output:
        tta=experiment_file("seed{seed}/predictions/validation_tta.parquet"),
    log:
        experiment_file("logs/seed{seed}/predict_validation.log"),
    benchmark:
        experiment_file("benchmarks/seed{seed}/predict_validation.tsv")


use rule predict_holdout as predict_test with:
    input:
        weights=its_last_weights,
        crops=its_survey("test.npy"),
        index=its_survey("test.csv"),
        subset=its_survey("test.csv"),
    output:
        tta=experiment_file("seed{seed}/predictions/test_tta.parquet"),
    log:
        experiment_file("logs/seed{seed}/predict_test.log"),
    benchmark:
        experiment_file("benchmarks/seed{seed}/predict_test.tsv")


# The network that an experiment starts from, which may be better without any training.
rule predict_start:
    input:
        weights=starting_weights,
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        splits=each_seed("split.csv"),
    output:
        holdout=experiment_file("start_holdout.parquet"),
        validation=experiment_file("start_validation.parquet"),
    log:
        experiment_file("logs/predict_start.log"),
    wildcard_constraints:
        experiment=WITH_NETWORKS,
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=prediction_settings,
        code=fingerprints("predict_start"),
        versions=VERSIONS,
    script:
        "../scripts/predict_start.py"


rule bag:
    input:
        members=lambda wildcards: paths.bag_members(PLAN, wildcards.experiment, wildcards.subset),
        weights=member_weights,
    output:
        experiment_file("bag/{subset}.parquet"),
    log:
        experiment_file("logs/bag_{subset}.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings={},
        code=fingerprints("bag"),
    script:
        "../scripts/bag.py"


rule submission:
    input:
        predictions=experiment_file("bag/test.parquet"),
        calibration=experiment_file("calibration.json"),
        learnt=learnt_by_its_starts,
        origins=origins_of_its_starts,
        index=if_starts_learnt(its_survey("training.csv")),
        holdout=if_starts_learnt(its_survey("holdout.csv")),
        test_index=if_starts_learnt(its_test_index),
    output:
        experiment_file("submission.csv.gz"),
    log:
        experiment_file("logs/submission.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=no_words,
        code=fingerprints("submission"),
    script:
        "../scripts/submission.py"


rule submit_to_kaggle:
    input:
        submission=file_to_submit,
    output:
        score=experiment_file("kaggle_score.json"),
    log:
        experiment_file("logs/submit.log"),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda wildcards: {
            "competition": layout.COMPETITION,
            "experiment": wildcards.experiment,
            "seen_galaxy_zoo": seen_galaxy_zoo(wildcards),
        },
        code=fingerprints("submit"),
    script:
        "../scripts/submit.py"


rule submit:
    input:
        f"results/{PLAN.base}/kaggle_score.json",
