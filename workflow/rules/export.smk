# A finished ensemble, to be used without this workflow. Nothing here trains its networks.
rule export_ensemble:
    input:
        networks=network_weights,
        weights=member_weights,
        metrics=experiment_file("metrics.json"),
        template=report_file("model_card.md.j2"),
    output:
        onnx=experiment_file("export/model.onnx"),
        safetensors=experiment_file("export/model.safetensors"),
        config=experiment_file("export/config.json"),
        card=experiment_file("export/README.md"),
    log:
        experiment_file("logs/export_ensemble.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=export_settings,
        code=fingerprints("export_ensemble"),
        versions=VERSIONS,
    script:
        "../scripts/export_ensemble.py"


rule publish_export:
    input:
        rules.export_ensemble.output,
    output:
        record=experiment_file("published_{place}.json"),
    log:
        experiment_file("logs/publish_{place}.log"),
    wildcard_constraints:
        place="huggingface|zenodo",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        # No fingerprints: changed code would upload the same files once more.
        settings=settings_of_publishing,
    script:
        "../scripts/publish.py"


rule publish:
    input:
        record_of_publishing,


rule export:
    input:
        f"results/{PLAN.ensemble if PLAN.members else PLAN.base}/export/README.md",


# As it is: nothing is made for it.
rule archive:
    log:
        "results/logs/archive.log",
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=archive_settings,
    script:
        "../scripts/archive.py"
