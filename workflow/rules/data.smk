rule crop_training:
    input:
        images=raw("training_images"),
        labels=raw("labels"),
        label_notes=raw("label_notes"),
        image_names=raw("image_names"),
        faults=raw("faults"),
        votes=raw("votes"),
    output:
        crops=survey_file("training.npy"),
        index=survey_file("training.csv"),
        rejected=survey_file("rejected.csv"),
        pictures=survey_file("pictures.json"),
        masked=survey_file("masked.csv"),
    log:
        survey_file("logs/crop_training.log"),
    benchmark:
        survey_file("benchmarks/crop_training.tsv")
    wildcard_constraints:
        survey=any_of(NOT_JOINED),
    priority: 1  # nearly all else waits for it
    conda:
        "../../envs/environment.yaml"
    threads: 8
    resources:
        **NEEDS,
    params:
        settings=training_crop_settings,
        code=fingerprints("crop"),
    script:
        "../scripts/crop.py"


# Apart from the crops, so that another column to carry along trains nothing.
rule compare_missing:
    input:
        unpack(files_of_parts(*LABELLED, "carried")),
        index=survey_file("training.csv"),
    output:
        not_at_random=survey_file("not_at_random.csv"),
    log:
        survey_file("logs/compare_missing.log"),
    priority: 1  # so that it is told before training
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=missing_settings,
        code=fingerprints("compare_missing"),
    script:
        "../scripts/compare_missing.py"


# Before any crop: it reads what is given, and some of the pictures.
rule check_survey:
    input:
        unpack(files_of_parts("training_images", *LABELLED, "carried")),
    output:
        held=experiment_file("check.json"),
        table=figure_file("check.csv"),
        figure=reported("figures/check.png", "check", "data", "galaxies with their labels"),
    log:
        experiment_file("logs/check_survey.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=check_settings,
        code=fingerprints("check_survey"),
    script:
        "../scripts/check_survey.py"


rule write_check:
    input:
        held=experiment_file("check.json"),
        figure=figure_file("check.png"),
        template=report_file("check.html.j2"),
        parts=page_parts(),
    output:
        page=experiment_file("check.html"),
    log:
        experiment_file("logs/write_check.log"),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=check_page_settings,
        code=fingerprints("write_check"),
    script:
        "../scripts/write_check.py"


rule check:
    input:
        different_checks,


rule crop_test:
    input:
        images=raw("test_images"),
    output:
        crops=survey_file("test.npy"),
        index=survey_file("test.csv"),
        rejected=survey_file("rejected_test.csv"),
    log:
        survey_file("logs/crop_test.log"),
    benchmark:
        survey_file("benchmarks/crop_test.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: 8
    resources:
        **NEEDS,
    params:
        settings=test_crop_settings,
        code=fingerprints("crop"),
    script:
        "../scripts/crop.py"


rule hold_out:
    input:
        index=survey_file("training.csv"),
        fair_ids=lambda wildcards: fair_ids(wildcards.survey),
        groups=raw("groups"),
    output:
        holdout=survey_file("holdout.csv"),
    log:
        survey_file("logs/hold_out.log"),
    wildcard_constraints:
        survey=any_of(NOT_JOINED),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=holdout_settings,
        code=fingerprints("hold_out"),
    script:
        "../scripts/hold_out.py"


rule record_survey:
    input:
        unpack(files_of_parts("training_images", "labels", "table")),
        index=survey_file("training.csv"),
    output:
        record=survey_file("provenance.json"),
    log:
        survey_file("logs/record_survey.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=record_settings,
        code=fingerprints("record_survey"),
    script:
        "../scripts/record_survey.py"


# Its path has the content of the list, so that a copy with another date redoes nothing.
rule find_learnt:
    input:
        training_list=ancient(lambda wildcards: TRAINING_LISTS[wildcards.training_list]["table"]),
        start="results/backbones/{starting_weights}_learnt.npz",
        index=survey_file("training.csv"),
        test_index=lambda wildcards: (
            [survey_file("test.csv").format(survey=wildcards.survey)]
            if files_of(wildcards.survey).test_images
            else []
        ),
        galaxies=names_of_the_survey,
    output:
        learnt=survey_file(f"{OF_LISTS}/{{starting_weights}}-{{training_list}}.npz"),
        told=survey_file(f"{OF_LISTS}/{{starting_weights}}-{{training_list}}.json"),
    log:
        survey_file("logs/find_learnt_{starting_weights}-{training_list}.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=lambda wildcards: {"training_list": TRAINING_LISTS[wildcards.training_list]},
        code=fingerprints("find_learnt"),
    script:
        "../scripts/find_learnt.py"


rule split:
    input:
        index=its_survey("training.csv"),
        holdout=its_survey("holdout.csv"),
        fair_ids=its_fair_ids,
        groups=its_raw("groups"),
        start=lambda wildcards: learnt_by_starts([wildcards.experiment]),
        starts=learnt_by_starts_of_its_run,
    output:
        split=experiment_file("seed{seed}/split.csv"),
    log:
        experiment_file("logs/seed{seed}/split.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=settings_of_the_split,
        code=fingerprints("split"),
    script:
        "../scripts/split.py"
