import time


# No experiment's files are inputs: if they were out of date, Snakemake would train to remake them.
# Instead, the time of the request makes the rule run each time, on whatever is under results/.
rule compare:
    input:
        template=report_file("comparison.html.j2"),
    output:
        multiext("results/comparison_differences", ".png", ".csv"),
        multiext("results/comparison_curves", ".png", ".csv"),
        page="results/comparison.html",
        table="results/comparison.csv",
        curves="results/comparison_curves.svg",
        differences="results/comparison_differences.svg",
    log:
        "results/comparison.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"experiment": PLAN.base},
        asked_at=time.time(),
        code=fingerprints("compare"),
    script:
        "../scripts/compare.py"


# Of the experiments of one run, which are made for it.
rule compare_variants:
    input:
        records=each_experiment("finished.json"),
        metrics=each_experiment("metrics.json"),
        bags=each_experiment("bag/holdout.parquet"),
        indices=[survey_file("training.csv").format(survey=survey) for survey in SURVEYS],
        stages=paths.all_stages(PLAN, (".csv", "_timing.csv")),
        template=report_file("comparison.html.j2"),
        parts=page_parts(),
    output:
        with_numbers(["comparison_differences", "comparison_curves"]),
        page=experiment_file("comparison.html"),
        table=experiment_file("comparison.csv"),
        config=experiment_file("comparison.yaml"),
        curves=experiment_file("figures/comparison_curves.svg"),
        differences=reported(
            "figures/comparison_differences.svg",
            "comparison_differences",
            "comparison",
            "differences from the base",
        ),
    log:
        experiment_file("logs/compare_variants.log"),
    wildcard_constraints:
        experiment=re.escape(PLAN.base),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings={"experiments": NAMES, "config": AS_WRITTEN},
        code=fingerprints("compare_variants"),
    script:
        "../scripts/compare_variants.py"
