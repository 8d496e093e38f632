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
        with_numbers(["learning_curves"]),
        narrow=figure_file("learning_curves_narrow.svg"),
        svg=reported(
            "figures/learning_curves.svg", "learning_curves", "learning", "learning curves"
        ),
    log:
        experiment_file("logs/plot_learning_curves.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
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
        galaxies=its_carried_columns,
    output:
        with_numbers(ERRORS),
        **drawn(ERRORS, "errors"),
        questions_narrow=figure_file("questions_narrow.svg"),
        confusion=figure_file("confusion.csv"),
        selection=figure_file("selection.csv"),
    log:
        experiment_file("logs/plot_errors.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=tree_and_labellers,
        code=fingerprints("plot_errors"),
    script:
        "../scripts/plot_errors.py"


rule predictions_by_name:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        galaxies=its_raw("galaxies"),
    output:
        predictions=experiment_file("predictions.csv"),
    log:
        experiment_file("logs/predictions_by_name.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=no_words,
        code=fingerprints("predictions_by_name"),
    script:
        "../scripts/predictions_by_name.py"


rule plot_classes:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
    output:
        with_numbers(CLASSES),
        **drawn(CLASSES, "errors"),
    log:
        experiment_file("logs/plot_classes.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=only_the_tree,
        code=fingerprints("plot_classes"),
    script:
        "../scripts/plot_classes.py"


rule plot_averaging:
    input:
        tta=each_seed("predictions/holdout_tta.parquet"),
        views=each_seed("predictions/holdout_views.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
    output:
        with_numbers(AVERAGING),
        **svg_files(["error_by_views_narrow", "error_by_seeds_narrow"]),
        **drawn(AVERAGING, "averaging"),
    log:
        experiment_file("logs/plot_averaging.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=averaging_settings,
        code=fingerprints("plot_averaging"),
    script:
        "../scripts/plot_averaging.py"


rule plot_label_curve:
    input:
        bags=[f"results/{name}/bag/holdout.parquet" for name in PLAN.curve],
        metrics=[f"results/{name}/metrics.json" for name in PLAN.curve],
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
    output:
        with_numbers(["label_curve"]),
        curve=experiment_file("label_curve.json"),
        narrow=figure_file("label_curve_narrow.svg"),
        svg=reported("figures/label_curve.svg", "label_curve", "learning", "with more labels"),
    log:
        experiment_file("logs/plot_label_curve.log"),
    wildcard_constraints:
        experiment=re.escape(PLAN.base),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=no_words,
        code=fingerprints("plot_label_curve"),
    script:
        "../scripts/plot_label_curve.py"


rule plot_galaxies:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        crops=its_survey("training.npy"),
        galaxies=its_raw("galaxies"),
    output:
        [figure_file(f"galaxies_{sheet}.csv") for sheet in SHEETS],
        **{
            sheet: reported(
                f"figures/galaxies_{sheet}.png", "galaxies", "galaxies", "galaxies", sheet=sheet
            )
            for sheet in SHEETS
        },
    log:
        experiment_file("logs/plot_galaxies.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=tree_and_labellers,
        code=fingerprints("plot_galaxies"),
    script:
        "../scripts/plot_galaxies.py"


rule explorer:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        crops=its_survey("training.npy"),
        galaxies=its_raw("galaxies"),
    output:
        experiment_file("explorer.json"),
    log:
        experiment_file("logs/explorer.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=only_the_tree,
        code=fingerprints("write_explorer"),
    script:
        "../scripts/write_explorer.py"


rule plot_augmentation:
    input:
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
    output:
        figure=reported("figures/augmentation.png", "augmentation", "learning", "augmentation"),
        table=figure_file("augmentation.csv"),
    log:
        experiment_file("logs/plot_augmentation.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=augmentation_settings,
        code=fingerprints("plot_augmentation"),
    script:
        "../scripts/plot_augmentation.py"


rule plot_attribution:
    input:
        weights=lambda wildcards: network_weights(wildcards)[0],
        bag=experiment_file("bag/holdout.parquet"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        crops=its_survey("training.npy"),
        galaxies=its_raw("galaxies"),
    output:
        figure=reported(
            "figures/attribution.png", "attribution", "attribution", "what an answer depends on"
        ),
        table=figure_file("attribution.csv"),
    log:
        experiment_file("logs/plot_attribution.log"),
    benchmark:
        experiment_file("benchmarks/plot_attribution.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=attribution_settings,
        code=fingerprints("plot_attribution"),
        versions=VERSIONS,
    script:
        "../scripts/plot_attribution.py"


rule write_report:
    input:
        unpack(class_figures),
        unpack(figures_of_the_label_curve),
        **svg_files(["learning_curves", *ERRORS, *AVERAGING, *NARROW]),
        **sheet_files(),
        predictions=predictions_of_own,
        label_curve=label_curve,
        metrics=experiment_file("metrics.json"),
        histories=each_stage("seed{seed}/stages/{stage}.csv"),
        timings=each_stage("seed{seed}/stages/{stage}_timing.csv"),
        benchmarks=each_stage("benchmarks/seed{seed}/train_{stage}.tsv"),
        tables=[figure_file(f"{table}.csv") for table in (*TABLES, "error_by_views", "attribution")],
        labels=tables_of_the_crop,
        held=experiment_file("check.json"),
        check=figure_file("check.png"),
        explorer=experiment_file("explorer.json"),
        augmentation=figure_file("augmentation.png"),
        attribution=figure_file("attribution.png"),
        provenance=experiment_file("provenance.json"),
        template=report_file("report.html.j2"),
        parts=page_parts(),
    output:
        reported("report.html", "report", "the whole report", "the whole report"),
    log:
        experiment_file("logs/report.log"),
    wildcard_constraints:
        experiment=WITH_NETWORKS,
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=config_of,
        code=fingerprints("write_report"),
    script:
        "../scripts/write_report.py"


rule report:
    input:
        each_experiment("report.html"),
