rule resolved_config:
    output:
        experiment_file("config.yaml"),
    log:
        experiment_file("logs/resolved_config.log"),
    priority: 1  # so that the run can be watched
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=config_to_write,
        code=fingerprints("write_config"),
    script:
        "../scripts/write_config.py"


rule plot_learning_curves:
    input:
        each_stage("seed{seed}/stages/{stage}.csv"),
    output:
        multiext(experiment_file("figures/learning_curves"), ".png", ".csv"),
        svg=report(
            experiment_file("figures/learning_curves.svg"),
            caption="../report/learning_curves.rst",
            category="{experiment}",
            subcategory="learning",
            labels={"figure": "learning curves"},
        ),
    log:
        experiment_file("logs/plot_learning_curves.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=curve_settings,
        code=fingerprints("plot_learning_curves"),
    script:
        "../scripts/plot_learning_curves.py"


rule plot_errors:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        metrics=experiment_file("metrics.json"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        crops=its_survey("training.npy"),
    output:
        multiext(experiment_file("figures/questions"), ".png", ".csv"),
        multiext(experiment_file("figures/answers"), ".png", ".csv"),
        multiext(experiment_file("figures/error_by_property"), ".png", ".csv"),
        multiext(experiment_file("figures/predicted_against_voted"), ".png", ".csv"),
        multiext(experiment_file("figures/reliability"), ".png", ".csv"),
        multiext(experiment_file("figures/coverage"), ".png", ".csv"),
        multiext(experiment_file("figures/coverage_by_property"), ".png", ".csv"),
        questions=report(
            experiment_file("figures/questions.svg"),
            caption="../report/questions.rst",
            category="{experiment}",
            subcategory="errors",
            labels={"figure": "by question"},
        ),
        answers=report(
            experiment_file("figures/answers.svg"),
            caption="../report/answers.rst",
            category="{experiment}",
            subcategory="errors",
            labels={"figure": "by answer"},
        ),
        error_by_property=report(
            experiment_file("figures/error_by_property.svg"),
            caption="../report/error_by_property.rst",
            category="{experiment}",
            subcategory="errors",
            labels={"figure": "by agreement, brightness and size"},
        ),
        predicted_against_voted=report(
            experiment_file("figures/predicted_against_voted.svg"),
            caption="../report/predicted_against_voted.rst",
            category="{experiment}",
            subcategory="errors",
            labels={"figure": "predicted against voted"},
        ),
        reliability=report(
            experiment_file("figures/reliability.svg"),
            caption="../report/reliability.rst",
            category="{experiment}",
            subcategory="errors",
            labels={"figure": "reliability of each answer"},
        ),
        coverage=report(
            experiment_file("figures/coverage.svg"),
            caption="../report/coverage.rst",
            category="{experiment}",
            subcategory="errors",
            labels={"figure": "how often intervals hold, by answer"},
        ),
        coverage_by_property=report(
            experiment_file("figures/coverage_by_property.svg"),
            caption="../report/coverage_by_property.rst",
            category="{experiment}",
            subcategory="errors",
            labels={"figure": "how often intervals hold, by property"},
        ),
    log:
        experiment_file("logs/plot_errors.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("plot_errors"),
    script:
        "../scripts/plot_errors.py"


rule plot_averaging:
    input:
        tta=each_seed("predictions/holdout_tta.parquet"),
        views=each_seed("predictions/holdout_views.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
    output:
        multiext(experiment_file("figures/error_by_views"), ".png", ".csv"),
        multiext(experiment_file("figures/error_by_seeds"), ".png", ".csv"),
        views=report(
            experiment_file("figures/error_by_views.svg"),
            caption="../report/error_by_views.rst",
            category="{experiment}",
            subcategory="averaging",
            labels={"figure": "over views"},
        ),
        seeds=report(
            experiment_file("figures/error_by_seeds.svg"),
            caption="../report/error_by_seeds.rst",
            category="{experiment}",
            subcategory="averaging",
            labels={"figure": "over seeds"},
        ),
    log:
        experiment_file("logs/plot_averaging.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=averaging_settings,
        code=fingerprints("plot_averaging"),
    script:
        "../scripts/plot_averaging.py"


rule plot_galaxies:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        crops=its_survey("training.npy"),
    output:
        experiment_file("figures/galaxies_typical.csv"),
        experiment_file("figures/galaxies_best.csv"),
        experiment_file("figures/galaxies_worst.csv"),
        experiment_file("figures/galaxies_disagreed.csv"),
        typical=report(
            experiment_file("figures/galaxies_typical.png"),
            caption="../report/galaxies.rst",
            category="{experiment}",
            subcategory="galaxies",
            labels={"figure": "galaxies", "sheet": "typical"},
        ),
        best=report(
            experiment_file("figures/galaxies_best.png"),
            caption="../report/galaxies.rst",
            category="{experiment}",
            subcategory="galaxies",
            labels={"figure": "galaxies", "sheet": "best"},
        ),
        worst=report(
            experiment_file("figures/galaxies_worst.png"),
            caption="../report/galaxies.rst",
            category="{experiment}",
            subcategory="galaxies",
            labels={"figure": "galaxies", "sheet": "worst"},
        ),
        disagreed=report(
            experiment_file("figures/galaxies_disagreed.png"),
            caption="../report/galaxies.rst",
            category="{experiment}",
            subcategory="galaxies",
            labels={"figure": "galaxies", "sheet": "disagreed"},
        ),
    log:
        experiment_file("logs/plot_galaxies.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("plot_galaxies"),
    script:
        "../scripts/plot_galaxies.py"


rule explorer:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        crops=its_survey("training.npy"),
    output:
        experiment_file("explorer.json"),
    log:
        experiment_file("logs/explorer.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("write_explorer"),
    script:
        "../scripts/write_explorer.py"


rule plot_augmentation:
    input:
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
    output:
        figure=report(
            experiment_file("figures/augmentation.png"),
            caption="../report/augmentation.rst",
            category="{experiment}",
            subcategory="learning",
            labels={"figure": "augmentation"},
        ),
        table=experiment_file("figures/augmentation.csv"),
    log:
        experiment_file("logs/plot_augmentation.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=augmentation_settings,
        code=fingerprints("plot_augmentation"),
    script:
        "../scripts/plot_augmentation.py"


rule plot_attribution:
    input:
        weights=first_seeds_last_weights,
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        crops=its_survey("training.npy"),
    output:
        figure=report(
            experiment_file("figures/attribution.png"),
            caption="../report/attribution.rst",
            category="{experiment}",
            subcategory="attribution",
            labels={"figure": "what an answer depends on"},
        ),
        table=experiment_file("figures/attribution.csv"),
    log:
        experiment_file("logs/plot_attribution.log"),
    benchmark:
        experiment_file("benchmarks/plot_attribution.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        gpu=network_gpus,
    params:
        settings=attribution_settings,
        code=fingerprints("plot_attribution"),
        versions=VERSIONS,
    script:
        "../scripts/plot_attribution.py"


rule write_report:
    input:
        metrics=experiment_file("metrics.json"),
        histories=each_stage("seed{seed}/stages/{stage}.csv"),
        timings=each_stage("seed{seed}/stages/{stage}_timing.csv"),
        benchmarks=each_stage("benchmarks/seed{seed}/train_{stage}.tsv"),
        learning_curves=experiment_file("figures/learning_curves.svg"),
        questions=experiment_file("figures/questions.svg"),
        answers=experiment_file("figures/answers.svg"),
        error_by_property=experiment_file("figures/error_by_property.svg"),
        predicted_against_voted=experiment_file("figures/predicted_against_voted.svg"),
        reliability=experiment_file("figures/reliability.svg"),
        coverage=experiment_file("figures/coverage.svg"),
        coverage_by_property=experiment_file("figures/coverage_by_property.svg"),
        error_by_views=experiment_file("figures/error_by_views.svg"),
        error_by_seeds=experiment_file("figures/error_by_seeds.svg"),
        tables=[
            experiment_file(f"figures/{table}.csv")
            for table in ("answers", "error_by_property", "error_by_views", "coverage")
        ],
        typical=experiment_file("figures/galaxies_typical.png"),
        best=experiment_file("figures/galaxies_best.png"),
        worst=experiment_file("figures/galaxies_worst.png"),
        disagreed=experiment_file("figures/galaxies_disagreed.png"),
        explorer=experiment_file("explorer.json"),
        augmentation=experiment_file("figures/augmentation.png"),
        attribution=experiment_file("figures/attribution.png"),
        provenance=experiment_file("provenance.json"),
        rulegraph=report_file("rulegraph.dot"),
        template=report_file("report.html.j2"),
        parts=page_parts(),
    output:
        report(
            experiment_file("report.html"),
            caption="../report/report.rst",
            category="{experiment}",
            subcategory="report",
            labels={"figure": "the whole report"},
        ),
    log:
        experiment_file("logs/report.log"),
    wildcard_constraints:
        experiment=WITH_NETWORKS,
    conda:
        "../../envs/environment.yaml"
    params:
        settings=config_of,
        code=fingerprints("write_report"),
    script:
        "../scripts/write_report.py"


rule report:
    input:
        each_experiment("report.html"),
