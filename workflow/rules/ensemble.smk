# Included if the config has an `ensemble`. Its bag, figures and submission come from the same rules as
# an experiment's.
rule weigh_members:
    input:
        validation=members_of_the_validation if PLAN.weights == "validation" else [],
        index=its_survey("training.csv"),
    output:
        weights=experiment_file("weights.json"),
    log:
        experiment_file("logs/weigh_members.log"),
    wildcard_constraints:
        experiment=re.escape(PLAN.ensemble),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=weighing_settings,
        code=fingerprints("weigh_members"),
    script:
        "../scripts/weigh_members.py"


use rule evaluate as evaluate_ensemble with:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        members=members_of_the_holdout,
        validation=members_of_the_validation,
        weights=experiment_file("weights.json"),
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        splits=first_members_splits,
        fair_ids=lambda wildcards: fair_ids(config_of(wildcards)["survey"]),
        test_index=its_survey("test.csv") if SURVEY_FILES.test_images else [],
        true_probabilities=SURVEY_FILES.true_probabilities or [],
    wildcard_constraints:
        experiment=re.escape(PLAN.ensemble),
    params:
        settings=ensemble_settings,
        code=fingerprints("evaluate"),


rule report_ensemble:
    input:
        metrics=experiment_file("metrics.json"),
        config=experiment_file("config.yaml"),
        questions=experiment_file("figures/questions.svg"),
        answers=experiment_file("figures/answers.svg"),
        error_by_property=experiment_file("figures/error_by_property.svg"),
        predicted_against_voted=experiment_file("figures/predicted_against_voted.svg"),
        reliability=experiment_file("figures/reliability.svg"),
        coverage=experiment_file("figures/coverage.svg"),
        coverage_by_property=experiment_file("figures/coverage_by_property.svg"),
        tables=[
            experiment_file(f"figures/{table}.csv")
            for table in ("answers", "error_by_property", "coverage")
        ],
        typical=experiment_file("figures/galaxies_typical.png"),
        best=experiment_file("figures/galaxies_best.png"),
        worst=experiment_file("figures/galaxies_worst.png"),
        disagreed=experiment_file("figures/galaxies_disagreed.png"),
        explorer=experiment_file("explorer.json"),
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
        experiment=re.escape(PLAN.ensemble),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=config_to_write,
        code=fingerprints("report_ensemble"),
    script:
        "../scripts/report_ensemble.py"
