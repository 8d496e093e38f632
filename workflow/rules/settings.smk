# What the results of rules depend on besides their input files, code and versions.
from galaxyzoo.foundation.checkpoint_notes import read_note
from galaxyzoo.plan.picture_settings import as_trained, pictures_of_survey
from galaxyzoo.plan.stage_settings import (
    FOLDS,
    answer_names,
    columns_and_parents,
    network_settings,
    split_settings,
    stage_settings,
    start_settings,
)
from galaxyzoo.tree.questions import questions_of, tree_at_hand


def tree_with_words(wildcards):
    """The questions of an experiment's tree."""
    return questions_of(config_of(wildcards)["tree"])


def tree_without_words(wildcards):
    """The columns and parents of an experiment's tree."""
    return columns_and_parents(config_of(wildcards))


def only_the_tree(wildcards):
    """The settings of rules that depend on nothing but the tree with its words."""
    return {"tree": tree_with_words(wildcards)}


def labellers_in_words(wildcards):
    """The words for who labelled the galaxies of an experiment's survey."""
    return words_of(config_of(wildcards)["survey"])


def tree_and_labellers(wildcards):
    """The settings of rules that depend on the tree with its words, and on who labelled galaxies."""
    return only_the_tree(wildcards) | {"words": labellers_in_words(wildcards)}


def no_words(wildcards):
    """The settings of rules that depend on nothing but the tree's columns and parents."""
    return {"tree": tree_without_words(wildcards)}


def known_scale(survey):
    """The pixel scale of a survey's crops, in radii that hold 90 % of the light, or None."""
    of_source = SCHEMA["$defs"]["sources"][survey["source"]]["training_scale"]
    return pictures_of_survey(survey)["training_scale"] or of_source


def crop_settings(survey, rejected, *kinds):
    """What the crops of a survey depend on besides images and labels.

    What to do about bad galaxies counts only where there were some that may not be left out any more.
    """
    settings = SURVEYS[survey]["survey"]
    must_stop = settings["on_bad_galaxy"] == "stop" and rejects_galaxies(survey, rejected)
    return {
        "crop": settings["crop"],
        "pictures": pictures_of_survey(settings),
        "must_stop": must_stop,
        "given": given_files(survey, *kinds),
    }


def training_crop_settings(wildcards):
    """What labelled crops depend on: also the answers, and the scale of the source's pictures."""
    kinds = ("training_images", "labels", "image_names")
    own = {
        "tree": columns_and_parents(SURVEYS[wildcards.survey]),
        "known_scale": SCHEMA["$defs"]["sources"][source_of(wildcards.survey)]["training_scale"],
    }
    return crop_settings(wildcards.survey, "rejected.csv", *kinds) | own


def missing_settings(wildcards):
    """What the comparison of galaxies with and without labels depends on besides files of rules."""
    return {
        "tree": columns_and_parents(SURVEYS[wildcards.survey]),
        "surveys": parts_of(wildcards.survey),
        "given": given_parts(wildcards.survey, "labels", "image_names"),
    }


def test_crop_settings(wildcards):
    """What unlabelled crops depend on besides their images."""
    return crop_settings(wildcards.survey, "rejected_test.csv", "test_images")


def check_settings(wildcards):
    """What a look at a survey before training depends on besides its files."""
    config = config_of(wildcards)
    survey, augmentation = config["survey"], config["augmentation"]
    return {
        "tree": tree_with_words(wildcards),
        "words": labellers_in_words(wildcards),
        "crop": survey["crop"],
        "surveys": parts_of(survey["name"]),
        "pictures": [pictures_of_survey(one) for one in surveys_of(config)],
        "size": config["stages"][0]["size"],
        "augmentation": {name: augmentation[name] for name in ("zoom", "middle")},
        "given": given_parts(survey["name"], "training_images", "labels", "image_names"),
    }


def check_page_settings(wildcards):
    """What the page of a look before training depends on besides what was found."""
    survey = config_of(wildcards)["survey"]
    return {
        "experiment": wildcards.experiment,
        "survey": survey["name"],
        "on_bad_galaxy": survey["on_bad_galaxy"],
        "tree": tree_with_words(wildcards),
        "words": labellers_in_words(wildcards),
    }


def different_checks(_):
    """Paths of pages before training, one for all experiments of the run that would look alike."""
    pages = {}
    for name in PLAN.configs:
        settings = check_settings(SimpleNamespace(experiment=name))
        pages.setdefault(repr((survey_of(name), settings)), f"results/{name}/check.html")
    return list(pages.values())


def record_settings(wildcards):
    """What the record of a survey's files depends on besides them."""
    given = given_parts(wildcards.survey, "training_images", "labels", "table")
    return {"surveys": parts_of(wildcards.survey), "given": given}


def joined_settings(wildcards):
    """What a table of joined surveys depends on besides theirs."""
    return {"surveys": parts_of(wildcards.survey)}


def joined_crop_settings(wildcards):
    """What joined crops depend on besides those of each survey."""
    config = SURVEYS[wildcards.survey]
    own = {"tree": columns_and_parents(config), "counts_votes": counts_votes(config)}
    return joined_settings(wildcards) | own


def joined_holdout_settings(wildcards):
    """What a joined hold-out depends on besides those of each survey."""
    given = {part: given_fair_ids(part) for part in parts_of(wildcards.survey)}
    return joined_settings(wildcards) | {"given": given}


def own_label_settings(wildcards):
    """What the labels in the user's own table depend on."""
    own = source_settings(wildcards)
    names = ("labels", "class_column", "missing", "far_sums", "radius_column")
    is_of_classes = own["labels"] == "class"  # whose names find the answers
    return {
        "own": rows_settings(own, *names),
        "tree": (answer_names if is_of_classes else columns_and_parents)(SURVEYS[wildcards.survey]),
        "tree_name": tree_at_hand(SURVEYS[wildcards.survey]["tree"]),
        "given": given_of_own(own),
    }


def group_settings(wildcards):
    """What the groups of the galaxies in the user's own table depend on."""
    own = source_settings(wildcards)
    return {"own": rows_settings(own, "group_column"), "given": given_of_own(own)}


def carry_settings(wildcards):
    """What the names of the user's own galaxies, and the columns that go with them, depend on."""
    own = source_settings(wildcards)
    return {"own": rows_settings(own, "carry"), "given": given_of_own(own)}


def rows_settings(own, *names):
    """What the rows of the user's own galaxies depend on, and some more settings of these."""
    of_rows = ("image_column", "id_column", "bands")
    return {name: own[name] for name in (*of_rows, *names)}


def given_of_own(own):
    """What the user's own images and table are."""
    return {name: what_is_given(own[name]) for name in ("images", "table") if own[name]}


def given_fair_ids(survey):
    """What the user's file is that limits a survey's hold-out to a fair subset, if there is one."""
    path = fair_ids(survey) if survey in NOT_JOINED else []
    return {"given": what_is_given(path)} if path else {}


def holdout_settings(wildcards):
    """What the hold-out depends on besides the galaxies."""
    survey = SURVEYS[wildcards.survey]["survey"]
    own = {
        "fraction": survey["holdout"],
        "seed": survey["holdout_seed"],
        "tree": columns_and_parents(SURVEYS[wildcards.survey]),
    }
    return own | given_fair_ids(wildcards.survey)


def settings_of_the_split(wildcards):
    """What a split depends on besides the seed and the galaxies."""
    given = given_fair_ids(survey_of(wildcards.experiment))
    surveys = {"surveys": parts_of(survey_of(wildcards.experiment))}
    split = split_settings(config_of(wildcards), int(wildcards.seed))
    return split | no_words(wildcards) | surveys | given


def backbone_and_weights(wildcards):
    """What starting weights depend on; the content of a file is in their name."""
    return start_settings(STARTING_WEIGHTS[wildcards.starting_weights])


def seen_galaxy_zoo(wildcards):
    """Whether any network of an experiment began with weights that have seen Galaxy Zoo's votes."""
    return any(PLAN.configs[name]["model"]["seen_galaxy_zoo"] for name in members_of(wildcards))


def chosen_on_validation(wildcards):
    """What any network of an experiment chose on validation galaxies: epochs, penalties of probes.

    And whether these are folds.
    """
    configs = [PLAN.configs[name] for name in members_of(wildcards)]
    stages = [stage for one in configs for stage in one["stages"]]
    return {
        "epochs_chosen": any(stage.get("keep") == "best" for stage in stages),
        "penalties_chosen": any("probe" in stage for stage in stages),
        "folds": any(one["validation"] == FOLDS for one in configs),
    }


def stage_position(wildcards):
    """The position of a stage in its experiment's list."""
    names = [stage["name"] for stage in config_of(wildcards)["stages"]]
    if wildcards.stage not in names:
        raise WorkflowError(
            f"{wildcards.experiment} has no stage {wildcards.stage}; it has {', '.join(names)}"
        )
    return names.index(wildcards.stage)


def settings_of_the_stage(wildcards):
    """What a stage depends on besides its starting weights and the galaxies."""
    config = config_of(wildcards)
    return stage_settings(config, int(wildcards.seed), stage_position(wildcards))


def prediction_settings(wildcards):
    """What a prediction depends on besides the network and the galaxies."""
    config = config_of(wildcards)
    return {
        "model": network_settings(config),
        "tree": tree_without_words(wildcards),
        "tta": config["tta"],
        "precision": config["precision"],
        "deterministic": config["deterministic"],
        "learnt_votes": learnt_votes(config),
    }


def learnt_votes(config):
    """Whether the networks of an experiment tell how sure they are of each question's votes."""
    return config["stages"][-1]["loss"] == "dirichlet_multinomial"


def members_of(wildcards):
    """The names of the experiments whose networks are averaged."""
    return list(dict.fromkeys(name for name, _ in networks(wildcards)))


def seeds_of_members(wildcards):
    """The seeds of each experiment whose networks are averaged, by its name."""
    return {name: PLAN.configs[name]["seeds"] for name in members_of(wildcards)}


def weighing_settings(wildcards):
    """What the weights of an ensemble's members depend on besides their validation predictions."""
    return {
        "members": seeds_of_members(wildcards),
        "weights": PLAN.weights,
        "tree": tree_without_words(wildcards),
    }


def evaluation_settings(wildcards):
    """What scores depend on besides predictions and votes."""
    config = config_of(wildcards)
    return {
        "experiment": wildcards.experiment,
        "survey": config["survey"]["name"],
        "surveys": parts_of(config["survey"]["name"]),
        "scales": {one["name"]: known_scale(one) for one in surveys_of(config)},
        "seen_galaxy_zoo": seen_galaxy_zoo(wildcards),
        "chosen": chosen_on_validation(wildcards),
        "seeds": config["seeds"],
        "tree": tree_without_words(wildcards),
        "learnt_votes": learnt_votes(config),
    }


def ensemble_settings(wildcards):
    """What an ensemble's scores depend on besides predictions and votes."""
    return evaluation_settings(wildcards) | {
        "members": seeds_of_members(wildcards),
        "seeds": [],
        "learnt_votes": False,
        "fitted": PLAN.weights == "validation",
    }


def config_to_write(wildcards):
    """The resolved config of an experiment, or what an ensemble is made of."""
    if wildcards.experiment != PLAN.ensemble:
        return config_of(wildcards)
    config = config_of(wildcards)
    shared = {name: config[name] for name in ("tree", "survey", "surveys") if name in config}
    own = {"experiment": PLAN.ensemble, "variant_of": PLAN.base, "ensemble": list(PLAN.members)}
    return own | shared


def finished_settings(wildcards):
    """What the record of a finished experiment says besides hashes."""
    owners = PLAN.owners.get(wildcards.experiment, {})
    return {
        "config": config_to_write(wildcards),
        "owners": [[seed, stage, owner] for (seed, stage), owner in owners.items()],
    }


def curve_settings(wildcards):
    """What the learning curves depend on besides the histories."""
    config = config_of(wildcards)
    names = ("name", "size", "probe", "lr", "schedule")
    stages = [{name: stage[name] for name in names if name in stage} for stage in config["stages"]]
    return {"seeds": config["seeds"], "stages": stages}


def averaging_settings(wildcards):
    """What the curves of averaging depend on besides predictions and votes."""
    return {"seeds": config_of(wildcards)["seeds"], "tree": tree_without_words(wildcards)}


def augmentation_settings(wildcards):
    """What the picture of augmentation depends on besides the galaxies."""
    config = config_of(wildcards)
    return {
        "tree": tree_with_words(wildcards),
        "words": labellers_in_words(wildcards),
        "augmentation": config["augmentation"],
        "size": config["stages"][-1]["size"],
    }


def attribution_settings(wildcards):
    """What the picture of attribution depends on besides the network and the galaxies."""
    config = config_of(wildcards)
    return {
        "model": network_settings(config),
        "tree": tree_with_words(wildcards),
        "seed": config["seeds"][0],
    }


def calibration_settings(wildcards):
    """What the intervals depend on besides the validation predictions and the votes."""
    return {
        "members": seeds_of_members(wildcards),
        "tree": tree_without_words(wildcards),
    }


def first_network_settings(wildcards):
    """What features of training galaxies depend on besides the network and the galaxies."""
    config = PLAN.configs[members_of(wildcards)[0]]
    names = ("precision", "deterministic")
    return {
        "model": network_settings(config),
        "tree": tree_without_words(wildcards),
        "batch_size": config["tta"]["batch_size"],
        **{name: config[name] for name in names},
    }


@cache
def picture_settings(experiment):
    """What the pixels of a catalogue's galaxies depend on besides their images.

    Where the config says nothing, they are made as the networks' checkpoints say of training. Exits
    if the config says otherwise. Networks that are missing are told of before any job.
    """
    own = {key: value for key, value in CATALOGUE.items() if key not in NOT_OF_PICTURES}
    networks = {path: Path(IN_THE_MODULE(path)) for path in paths.network_weights(PLAN, experiment)}
    notes = {path: read_note(file) or {} for path, file in networks.items() if file.exists()}
    with input_errors_told():
        return as_trained(own, {path: note.get("pictures") for path, note in notes.items()})


@cache
def given_galaxies(experiment):
    """What a catalogue's galaxies are, and the images that a table of them names.

    Tables are read by libraries of the jobs, which Snakemake may be without.
    """
    given = {"galaxies": what_is_given(GALAXIES)}
    try:
        from galaxyzoo.catalogue.named_images import named_images_hash
    except ImportError as error:
        logger.warning(
            f"{error.name} is not installed beside Snakemake, so that images which a table of "
            f"galaxies names are not looked at: if some were replaced, add --forcerun list_galaxies"
        )
        return given
    path = Path(IN_THE_MODULE(GALAXIES))
    return given | {"images": named_images_hash(path, picture_settings(experiment))}


def listing_settings(wildcards):
    """What the list of a catalogue's galaxies depends on besides them."""
    return {
        "catalogue": picture_settings(wildcards.experiment),
        "tree": tree_without_words(wildcards),
        "given": given_galaxies(wildcards.experiment),
        "asked_at": listed_galaxies.asked_at(listing_of(wildcards), NOW),
    }


def shard_settings(wildcards):
    """What a shard depends on besides its galaxies, the networks and the intervals."""
    contents = listed_galaxies.contents_of(listing_of(wildcards)) or {"parts": {}}
    return {
        "listed": contents["parts"].get(wildcards.shard),
        "experiment": wildcards.experiment,
        "catalogue": picture_settings(wildcards.experiment),
        "members": settings_of_the_networks(wildcards),
        "tree": tree_with_words(wildcards),
        "given": given_galaxies(wildcards.experiment),
    }


def settings_of_the_networks(wildcards):
    """What the networks that are averaged depend on, by the experiment's name."""
    configs = {name: PLAN.configs[name] for name in members_of(wildcards)}
    return {
        name: {
            "seeds": config["seeds"],
            "model": network_settings(config),
            "tta": config["tta"],
            "precision": config["precision"],
            "deterministic": config["deterministic"],
            "crop": config["survey"]["crop"],
        }
        for name, config in configs.items()
    }


def export_settings(wildcards):
    """What an export depends on besides networks, weights and scores."""
    members = settings_of_the_networks(wildcards)
    views = {name: views_in_words(member["tta"]) for name, member in members.items()}
    config = config_of(wildcards)
    surveys, tree = surveys_of(config), config["tree"]
    sources = SCHEMA["$defs"]["sources"]
    licences = [sources[survey["source"]]["licence"] for survey in surveys]
    return {
        "members": {
            name: {key: member[key] for key in ("seeds", "model", "crop", "tta")}
            for name, member in members.items()
        },
        "tree": tree_with_words(wildcards),
        "card": {
            "tree_name": tree if isinstance(tree, str) else "",
            "data": data_in_words(surveys),
            "words": labellers_in_words(wildcards),
            "licence_of_data": " ".join(dict.fromkeys(licences)),
            "views": " and ".join(dict.fromkeys(views.values())),
            "crop_px": max(member["crop"] for member in members.values()),
            "project": "Galaxy Zoo, reproducible",
        },
    }


def data_in_words(surveys):
    """What networks have learnt, by the surveys of their galaxies, for a model card."""
    names = [survey["name"] for survey in surveys]
    sentences = [
        SCHEMA["$defs"]["sources"][survey["source"]]["data"].format(
            name=survey["name"], votes=words_of(survey)["votes"]
        )
        for survey in surveys
    ]
    if len(surveys) > 1:
        sentences.insert(0, f"{len(surveys)} surveys together: {', '.join(names)}.")
    if all(survey["source"] == "simulation" for survey in surveys):
        sentences.append("It has never seen a real galaxy.")
    return " ".join(dict.fromkeys(sentences))


def views_in_words(tta):
    """The views of test-time augmentation, for a model card."""
    mirrored = ", each also mirrored" if tta["flips"] else ""
    zooms = ", ".join(f"{zoom:g}" for zoom in tta["zooms"])
    return f"test-time augmentation ({tta['rotations']} rotations{mirrored}, at zooms of {zooms})"


def look_settings(wildcards):
    """What a look at a catalogue's galaxies depends on besides them."""
    return {
        "listed": listed_galaxies.contents_of(listing_of(wildcards)),
        "catalogue": picture_settings(wildcards.experiment),
        "crop": PLAN.configs[members_of(wildcards)[0]]["survey"]["crop"],
        "given": given_galaxies(wildcards.experiment),
    }


def reset_settings(wildcards):
    """What a calibration that is reset on labelled galaxies depends on besides these."""
    tree = PLAN.configs[members_of(wildcards)[0]]["tree"]
    return {
        "listed": listed_galaxies.contents_of(listing_of(wildcards)),
        "labels": CATALOGUE["labels"],
        "given_labels": what_is_given(CATALOGUE["labels"]["table"]),
        "catalogue": picture_settings(wildcards.experiment),
        "members": settings_of_the_networks(wildcards),
        "tree": tree_without_words(wildcards),
        "tree_name": tree_at_hand(tree),
        "given": given_galaxies(wildcards.experiment),
    }


def neighbours_settings(wildcards):
    """What a catalogue's neighbours depend on besides its shards, with what its page shows."""
    return {
        "experiment": wildcards.experiment,
        "name": wildcards.catalogue,
        "catalogue": picture_settings(wildcards.experiment),
        "crop": PLAN.configs[members_of(wildcards)[0]]["survey"]["crop"],
    }


def written_catalogue_settings(wildcards):
    """What the tables and the page of a catalogue depend on besides its shards."""
    return {
        "experiment": wildcards.experiment,
        "name": wildcards.catalogue,
        "catalogue": picture_settings(wildcards.experiment),
        "crop": PLAN.configs[members_of(wildcards)[0]]["survey"]["crop"],
        "tree": tree_with_words(wildcards),
        "words": labellers_in_words(wildcards),
        "given": given_galaxies(wildcards.experiment),
    }


def suggestion_settings(wildcards):
    """What suggested galaxies depend on besides the catalogue's shards."""
    labelled = given_labelled()
    return {
        "suggest": SUGGEST,
        "labelled": [*labelled.values()],
        "given_labelled": [what_is_given(table) for table in labelled],
        "experiment": wildcards.experiment,
        "name": wildcards.catalogue,
        "catalogue": picture_settings(wildcards.experiment),
        "crop": PLAN.configs[members_of(wildcards)[0]]["survey"]["crop"],
        "given": given_galaxies(wildcards.experiment),
    }
