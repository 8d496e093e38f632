import time


# No experiment's files are inputs: if they were out of date, Snakemake would train to remake them.
# Instead, the time of the request makes the rule run each time, on whatever is under results/.
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
