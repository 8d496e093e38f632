rule download_gz2:
    output:
        mapping=survey_file("raw/gz2_filename_mapping.csv"),
        table=survey_file("raw/gz2_hart16.csv.gz"),
        images=survey_file("raw/images_gz2.zip"),
    log:
        survey_file("logs/download_gz2.log"),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=gz2_settings("mapping", "table", "images"),
        code=fingerprints("download_gz2"),
    script:
        "../scripts/download_gz2.py"


rule label_gz2:
    input:
        images=rules.download_gz2.output.images,
        mapping=rules.download_gz2.output.mapping,
        table=rules.download_gz2.output.table,
    output:
        solutions=survey_file("raw/solutions.csv"),
        image_names=survey_file("raw/image_names.csv"),
    log:
        survey_file("logs/label_gz2.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=gz2_settings("votes"),
        code=fingerprints("label_gz2"),
    script:
        "../scripts/label_gz2.py"
