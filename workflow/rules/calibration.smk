# What validation galaxies say of an ensemble's predictions, and what galaxies of training are like.
rule calibrate:
    input:
        validation=validation_predictions,
        index=its_survey("training.csv"),
        weights=member_weights,
    output:
        calibration=experiment_file("calibration.json"),
    log:
        experiment_file("logs/calibrate.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=calibration_settings,
        code=fingerprints("calibrate"),
    script:
        "../scripts/calibrate.py"


rule describe_training:
    input:
        weights=lambda wildcards: network_weights(wildcards)[0],
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        split=lambda wildcards: paths.network_splits(PLAN, wildcards.experiment)[0],
    output:
        reference=experiment_file("reference.npz"),
        reduction=experiment_file("reduction.npz"),
    log:
        experiment_file("logs/describe_training.log"),
    benchmark:
        experiment_file("benchmarks/describe_training.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=first_network_settings,
        code=fingerprints("describe_training"),
        versions=VERSIONS,
    script:
        "../scripts/describe_training.py"
