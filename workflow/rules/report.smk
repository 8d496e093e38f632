localrules:
    resolved_config,


rule resolved_config:
    output:
        experiment_file("config.yaml"),
    log:
        experiment_file("logs/resolved_config.log"),
    priority: 1  # for who watches the run
    conda:
        "../../envs/environment.yaml"
    params:
        settings=config,
        code=fingerprints("write_config"),
    script:
        "../scripts/write_config.py"


rule plot_learning_curves:
    input:
        each_stage("stages/{stage}.csv"),
    output:
        report(
            experiment_file("figures/learning_curves.svg"),
            caption="../report/learning_curves.rst",
            category=EXPERIMENT,
            subcategory="training",
            labels={"figure": "learning curves"},
        ),
    log:
        experiment_file("logs/plot_learning_curves.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"seeds": config["seeds"], "stages": STAGE_NAMES},
        code=fingerprints("plot_learning_curves"),
    script:
        "../scripts/plot_learning_curves.py"


rule plot_questions:
    input:
        metrics=experiment_file("metrics.json"),
    output:
        report(
            experiment_file("figures/questions.svg"),
            caption="../report/questions.rst",
            category=EXPERIMENT,
            subcategory="errors",
            labels={"figure": "error by question"},
        ),
    log:
        experiment_file("logs/plot_questions.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("plot_questions"),
    script:
        "../scripts/plot_questions.py"


rule plot_answers:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=survey_file("training.csv"),
    output:
        report(
            experiment_file("figures/answers.png"),
            caption="../report/answers.rst",
            category=EXPERIMENT,
            subcategory="errors",
            labels={"figure": "predicted against voted"},
        ),
    log:
        experiment_file("logs/plot_answers.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("plot_answers"),
    script:
        "../scripts/plot_answers.py"


rule plot_galaxies:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=survey_file("training.csv"),
        crops=survey_file("training.npy"),
    output:
        report(
            experiment_file("figures/galaxies_{sheet}.png"),
            caption="../report/galaxies.rst",
            category=EXPERIMENT,
            subcategory="galaxies",
            labels={"figure": "galaxies", "sheet": "{sheet}"},
        ),
    log:
        experiment_file("logs/plot_galaxies_{sheet}.log"),
    wildcard_constraints:
        sheet="typical|best|worst",
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("plot_galaxies"),
    script:
        "../scripts/plot_galaxies.py"


rule report:
    input:
        metrics=experiment_file("metrics.json"),
        histories=each_stage("stages/{stage}.csv"),
        timings=each_stage("stages/{stage}_timing.csv"),
        learning_curves=experiment_file("figures/learning_curves.svg"),
        questions=experiment_file("figures/questions.svg"),
        answers=experiment_file("figures/answers.png"),
        typical=experiment_file("figures/galaxies_typical.png"),
        best=experiment_file("figures/galaxies_best.png"),
        worst=experiment_file("figures/galaxies_worst.png"),
        provenance=experiment_file("provenance.json"),
        rulegraph=str(WORKFLOW / "report" / "rulegraph.dot"),
        template=str(WORKFLOW / "report" / "report.html.j2"),
        parts=page_parts(),
    output:
        report(
            experiment_file("report.html"),
            caption="../report/report.rst",
            category=EXPERIMENT,
            subcategory="report",
            labels={"figure": "the whole report"},
        ),
    log:
        experiment_file("logs/report.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=config,
        code=fingerprints("write_report"),
    script:
        "../scripts/write_report.py"
