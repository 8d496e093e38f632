rule download_gz2:
    output:
        mapping=raw_file("raw/gz2_filename_mapping.csv"),
        table=raw_file("raw/gz2_hart16.csv.gz"),
        images=raw_file("raw/images_gz2.zip"),
    log:
        raw_file("logs/download_gz2.log"),
    localrule: True
    conda:
        "../../../envs/environment.yaml"
    params:
        settings={name: SURVEY["gz2"][name] for name in ("mapping", "table", "images")},
        code=fingerprints("download_gz2"),
    script:
        "../../scripts/download_gz2.py"


rule label_gz2:
    input:
        images=rules.download_gz2.output.images,
        mapping=rules.download_gz2.output.mapping,
        table=rules.download_gz2.output.table,
    output:
        labels=raw_file("raw/labels.csv"),
        image_names=raw_file("raw/image_names.csv"),
    log:
        raw_file("logs/label_gz2.log"),
    conda:
        "../../../envs/environment.yaml"
    params:
        settings={"votes": SURVEY["gz2"]["votes"]},
        code=fingerprints("label_gz2"),
    script:
        "../../scripts/label_gz2.py"


SURVEY_FILES = SurveyFiles(
    training_images=rules.download_gz2.output.images,
    labels=rules.label_gz2.output.labels,
    image_names=rules.label_gz2.output.image_names,
)
