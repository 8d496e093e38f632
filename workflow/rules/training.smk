rule starting_weights:
    input:
        # Ancient, since the content is in the name: a copy with another date redoes nothing.
        file=ancient(
            lambda wildcards: (
                weights_file(
                    STARTING_WEIGHTS[wildcards.starting_weights],
                    find=IN_THE_MODULE,
                )
                or []
            )
        ),
        taught=taught_weights,
        begun_with=begun_with,
    output:
        weights="results/backbones/{starting_weights}.safetensors",
        learnt="results/backbones/{starting_weights}_learnt.npz",
        origin="results/backbones/{starting_weights}.json",
    log:
        "results/backbones/{starting_weights}.log",
    priority: 2  # so that a backbone or weights that do not fit are told before the long jobs
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=backbone_and_weights,
        code=fingerprints("starting_weights"),
    script:
        "../scripts/starting_weights.py"


rule train_stage:
    input:
        weights=previous_weights,
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        pictures=its_survey("pictures.json"),
        split=experiment_file("seed{seed}/split.csv"),
        learnt=learnt_by_the_start_of_the_stage,
    output:
        weights=experiment_file("seed{seed}/stages/{stage}.pt"),
        history=experiment_file("seed{seed}/stages/{stage}.csv"),
        timing=experiment_file("seed{seed}/stages/{stage}_timing.csv"),
    log:
        experiment_file("logs/seed{seed}/train_{stage}.log"),
    benchmark:
        experiment_file("benchmarks/seed{seed}/train_{stage}.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=settings_of_the_stage,
        code=fingerprints("train_stage"),
        versions=VERSIONS,
    script:
        "../scripts/train_stage.py"


rule suggest_lr:
    input:
        weights=previous_weights,
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        split=experiment_file("seed{seed}/split.csv"),
    output:
        multiext(experiment_file("seed{seed}/lr_find/{stage}"), ".png", ".csv"),
        svg=reported(
            "seed{seed}/lr_find/{stage}.svg",
            "lr_find",
            "learning",
            "learning-rate finder, {stage}",
        ),
    log:
        experiment_file("logs/seed{seed}/suggest_lr_{stage}.log"),
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=settings_of_the_stage,
        code=fingerprints("suggest_lr"),
        versions=VERSIONS,
    script:
        "../scripts/suggest_lr.py"


rule lr_find:
    input:
        paths.learning_rates(PLAN),
