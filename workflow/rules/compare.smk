import time


# No experiment's file is an input: this one's would be made, and trained for, if they were out of
# date. What lies under results/ is looked at whenever the comparison is asked for.
rule compare:
    input:
        template=str(WORKFLOW / "report" / "comparison.html.j2"),
    output:
        page="results/comparison.html",
        table="results/comparison.csv",
        curves="results/comparison_curves.svg",
    log:
        "results/comparison.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"experiment": EXPERIMENT},
        asked_at=time.time(),
        code=fingerprints("compare"),
    script:
        "../scripts/compare.py"
