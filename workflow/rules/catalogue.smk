# Anyone's galaxies, predicted by the networks of a finished experiment. Nothing here trains them.
# The networks are among its inputs so that those that are missing are told of before any work.
checkpoint list_galaxies:
    input:
        galaxies=galaxies_of_the_catalogue,
        networks=ancient(network_weights),
    output:
        listing=directory(catalogue_file("listing")),
    log:
        catalogue_file("logs/list_galaxies.log"),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=listing_settings,
        code=fingerprints("list_galaxies"),
    script:
        "../scripts/list_galaxies.py"


# Before any prediction, since it goes first wherever both can run.
rule look_at_galaxies:
    input:
        listing=ancient(catalogue_file("listing")),
        galaxies=galaxies_of_the_catalogue,
        reference=experiment_file("reference.npz"),
    output:
        look=catalogue_file("look.txt"),
    log:
        catalogue_file("logs/look_at_galaxies.log"),
    priority: 1
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=look_settings,
        code=fingerprints("look"),
    script:
        "../scripts/look.py"


# Of another survey, a hundred labels tell how far the networks are off there.
rule reset_calibration:
    input:
        labels=labels_of_the_catalogue,
        listing=ancient(catalogue_file("listing")),  # which is in the settings
        galaxies=galaxies_of_the_catalogue,
        networks=network_weights,
        weights=member_weights,
        calibration=experiment_file("calibration.json"),
    output:
        calibration=catalogue_file("calibration.json"),
        scores=catalogue_file("calibration_scores.json"),
    log:
        catalogue_file("logs/reset_calibration.log"),
    conda:
        "../../envs/environment.yaml"
    threads: shard_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=reset_settings,
        code=fingerprints("reset_calibration"),
        versions=VERSIONS,
    script:
        "../scripts/reset_calibration.py"


rule predict_shard:
    input:
        listing=ancient(catalogue_file("listing")),  # whose part is in the settings
        galaxies=galaxies_of_the_catalogue,
        networks=network_weights,
        weights=member_weights,
        calibration=calibration_of_the_catalogue,
        reference=experiment_file("reference.npz"),
        reduction=experiment_file("reduction.npz"),
    output:
        shard=catalogue_file("shards/{shard}.parquet"),
        reduced=catalogue_file("shards/reduced/{shard}.parquet"),
        features=catalogue_file("shards/features/{shard}.parquet") if CATALOGUE["features"] else [],
    log:
        catalogue_file("logs/predict_{shard}.log"),
    benchmark:
        catalogue_file("benchmarks/predict_{shard}.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: shard_threads
    resources:
        **NEEDS_OF_A_NETWORK,
    params:
        settings=shard_settings,
        code=fingerprints("predict_shard"),
        versions=VERSIONS,
    script:
        "../scripts/predict_shard.py"


# What all galaxies say of each of them: the index of neighbours, and the shards with `strangeness`.
rule find_neighbours:
    input:
        shards=shards_of_the_catalogue("shards/{shard}.parquet"),
        reduced=shards_of_the_catalogue("shards/reduced/{shard}.parquet"),
        listing=ancient(catalogue_file("listing")),
        reduction=experiment_file("reduction.npz"),
        network=lambda wildcards: network_weights(wildcards)[0],
    output:
        shards=temp(directory(catalogue_file("unfinished/shards"))),
        neighbours=temp(directory(catalogue_file("unfinished/neighbours"))),
    log:
        catalogue_file("logs/find_neighbours.log"),
    benchmark:
        catalogue_file("benchmarks/find_neighbours.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: network_threads
    resources:
        **NEEDS,
    params:
        settings=neighbours_settings,
        code=fingerprints("find_neighbours"),
    script:
        "../scripts/find_neighbours.py"


# A finished catalogue stays until another one is whole: Snakemake deletes the outputs of a job
# before it runs it again.
rule write_catalogue:
    input:
        shards=catalogue_file("unfinished/shards"),
        galaxies=galaxies_of_the_catalogue,
        listing=ancient(catalogue_file("listing")),
        metrics=experiment_file("metrics.json"),
        calibration=calibration_of_the_catalogue,
        reset=catalogue_file("calibration_scores.json") if CATALOGUE["labels"] else [],
        template=report_file("catalogue.html.j2"),
        script_of_page=report_file("catalogue.js"),
        parts=page_parts(),
    output:
        temp([catalogue_file(f"unfinished/{name}") for name in WRITTEN]),
    log:
        catalogue_file("logs/write_catalogue.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=written_catalogue_settings,
        code=fingerprints("write_catalogue"),
    script:
        "../scripts/write_catalogue.py"


rule publish_catalogue:
    input:
        written=[catalogue_file(f"unfinished/{name}") for name in WRITTEN],
        shards=catalogue_file("unfinished/shards"),
        neighbours=catalogue_file("unfinished/neighbours"),
        # So that Snakemake knows, once galaxies are listed, that a catalogue of these shards is whole.
        predicted=shards_of_the_catalogue("shards/{shard}.parquet"),
        features=features_of_the_catalogue,
    output:
        [catalogue_file(name) for name in WRITTEN],
        shards=directory(catalogue_file("catalogue.parquet")),
        neighbours=directory(catalogue_file("neighbours")),
    log:
        catalogue_file("logs/publish_catalogue.log"),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings=written_catalogue_settings,
        code=fingerprints("publish_catalogue"),
    script:
        "../scripts/publish_catalogue.py"


rule suggest_galaxies:
    input:
        shards=shards_of_the_catalogue("shards/{shard}.parquet"),
        features=features_to_suggest_by,
        labelled=labelled_already,
        galaxies=galaxies_of_the_catalogue,
        listing=ancient(catalogue_file("listing")),
        template=report_file("suggested.html.j2"),
        style=report_file("report.css"),
    output:
        table=catalogue_file("suggested.csv"),
        page=catalogue_file("suggested.html"),
    log:
        catalogue_file("logs/suggest_galaxies.log"),
    conda:
        "../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=suggestion_settings,
        code=fingerprints("suggest_galaxies"),
    script:
        "../scripts/suggest_galaxies.py"


rule look:
    input:
        catalogue_file("look.txt").format(**CATALOGUE_OF_THE_RUN),


rule catalogue:
    input:
        catalogue_file("look.txt").format(**CATALOGUE_OF_THE_RUN),
        [catalogue_file(name).format(**CATALOGUE_OF_THE_RUN) for name in PUBLISHED],
        shards_of_the_run,


rule suggest:
    input:
        [
            catalogue_file(f"suggested.{kind}").format(**CATALOGUE_OF_THE_RUN)
            for kind in ("csv", "html")
        ],


onstart:
    refuse_to_train()
    hold_the_folders_of_the_run()
    tell_of_starts()
    follow_the_run()
