# Included if the config has an `ensemble`. Its bag, figures and submission come from the same rules as
# an experiment's.
rule weigh_members:
    input:
        validation=validation_predictions if PLAN.weights == "validation" else [],
        index=its_survey("training.csv"),
    output:
        weights=experiment_file("weights.json"),
    log:
        experiment_file("logs/weigh_members.log"),
    wildcard_constraints:
        experiment=re.escape(PLAN.ensemble),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=weighing_settings,
        code=fingerprints("weigh_members"),
    script:
        "../scripts/weigh_members.py"


use rule evaluate as evaluate_ensemble with:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        members=paths.bag_members(PLAN, PLAN.ensemble, "holdout"),
        validation=validation_predictions,
        weights=experiment_file("weights.json"),
        calibration=experiment_file("calibration.json"),
        crops=its_survey("training.npy"),
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        splits=paths.seed_files(PLAN, PLAN.members[0], "split.csv"),
        fair_ids=its_fair_ids,
        twins=its_twins,
        test_index=its_test_index,
        true_probabilities=its_raw("true_probabilities"),
        learnt=learnt_by_its_starts,
        origins=origins_of_its_starts,
        found_in_lists=found_for_its_starts,
    wildcard_constraints:
        experiment=re.escape(PLAN.ensemble),
    params:
        settings=ensemble_settings,
        code=fingerprints("evaluate"),


rule report_ensemble:
    input:
        unpack(class_figures),
        **svg_files([*ERRORS, "questions_narrow"]),
        **sheet_files(),
        predictions=predictions_of_own,
        metrics=experiment_file("metrics.json"),
        config=experiment_file("config.yaml"),
        finished=experiment_file("finished.json"),
        tables=[figure_file(f"{table}.csv") for table in TABLES],
        labels=tables_of_the_crop,
        held=experiment_file("check.json"),
        check=figure_file("check.png"),
        explorer=experiment_file("explorer.json"),
        template=report_file("report.html.j2"),
        parts=page_parts(),
    output:
        reported("report.html", "report", "the whole report", "the whole report"),
    log:
        experiment_file("logs/report.log"),
    wildcard_constraints:
        experiment=re.escape(PLAN.ensemble),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=config_to_write,
        code=fingerprints("report_ensemble"),
    script:
        "../scripts/report_ensemble.py"
