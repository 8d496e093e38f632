# What the results of rules depend on besides their input files, code and versions.


def crop_settings(wildcards):
    """What the crops depend on besides images and labels."""
    survey = SURVEYS[wildcards.survey]
    return {name: survey[name] for name in ("crop", "on_bad_galaxy")}


def training_crop_settings(wildcards):
    """The same, with the tree that the labels are of and what is in a folder of images."""
    images = listing(SURVEY_FILES.training_images)
    return crop_settings(wildcards) | {"tree": TREE_WITHOUT_WORDS} | images


def test_crop_settings(wildcards):
    """The same of the test images."""
    return crop_settings(wildcards) | listing(SURVEY_FILES.test_images)


def holdout_settings(wildcards):
    """What the hold-out depends on besides the galaxies."""
    survey = SURVEYS[wildcards.survey]
    return {"fraction": survey["holdout"], "seed": survey["holdout_seed"]}


def backbone_and_weights(wildcards):
    """What starting weights depend on."""
    model = STARTING_WEIGHTS[wildcards.starting_weights]
    return {name: model[name] for name in ("backbone", "weights")}


def network_settings(config):
    """What a network is, without what is only said about its weights."""
    return {name: config["model"][name] for name in ("backbone", "weights", "head", "output")}


def seen_galaxy_zoo(wildcards):
    """Whether any network of an experiment began with weights that have seen Galaxy Zoo's votes."""
    of_an_ensemble = wildcards.experiment == PLAN.ensemble
    names = PLAN.members if of_an_ensemble else [wildcards.experiment]
    return any(CONFIGS[name]["model"]["seen_galaxy_zoo"] for name in names)


def stage_settings(wildcards):
    """What a stage depends on besides its starting weights and the galaxies."""
    config = config_of(wildcards)
    return {
        "seed": int(wildcards.seed),
        "stage": config["stages"][stage_position(wildcards)],
        "augmentation": config["augmentation"],
        "model": network_settings(config),
        "tree": TREE_WITHOUT_WORDS,
        "precision": config["precision"],
        "deterministic": config["deterministic"],
        "compile": config["compile"],
    }


def prediction_settings(wildcards):
    """What a prediction depends on besides the network and the galaxies."""
    config = config_of(wildcards)
    return {
        "model": network_settings(config),
        "tree": TREE_WITHOUT_WORDS,
        "tta": config["tta"],
        "precision": config["precision"],
        "deterministic": config["deterministic"],
    }


def seeds_of_members():
    """The seeds of each member of the ensemble, by its name."""
    return {name: CONFIGS[name]["seeds"] for name in PLAN.members}


def weighing_settings(wildcards):
    """What the weights of an ensemble's members depend on besides their validation predictions."""
    return {
        "members": seeds_of_members(),
        "weights": PLAN.weights,
        "tree": TREE_WITHOUT_WORDS,
    }


def evaluation_settings(wildcards):
    """What scores depend on besides predictions and votes."""
    config = config_of(wildcards)
    return {
        "experiment": wildcards.experiment,
        "survey": config["survey"]["name"],
        "seen_galaxy_zoo": seen_galaxy_zoo(wildcards),
        "seeds": config["seeds"],
        "tree": TREE_WITHOUT_WORDS,
    }


def ensemble_settings(wildcards):
    """What an ensemble's scores depend on besides predictions and votes."""
    return evaluation_settings(wildcards) | {
        "members": seeds_of_members(),
        "seeds": [],
        "fitted": PLAN.weights == "validation",
    }


def config_to_write(wildcards):
    """The resolved config of an experiment, or what an ensemble is made of."""
    if wildcards.experiment != PLAN.ensemble:
        return config_of(wildcards)
    shared = {name: config_of(wildcards)[name] for name in ("tree", "survey")}
    own = {"experiment": PLAN.ensemble, "variant_of": PLAN.base, "ensemble": list(PLAN.members)}
    return own | shared


def curve_settings(wildcards):
    """What the learning curves depend on besides the histories."""
    config = config_of(wildcards)
    names = ("name", "size", "lr")
    stages = [{name: stage[name] for name in names} for stage in config["stages"]]
    return {"seeds": config["seeds"], "stages": stages}


def averaging_settings(wildcards):
    """What the curves of averaging depend on besides predictions and votes."""
    return {"seeds": config_of(wildcards)["seeds"], "tree": TREE_WITHOUT_WORDS}


def augmentation_settings(wildcards):
    """What the picture of augmentation depends on besides the galaxies."""
    config = config_of(wildcards)
    return {
        "tree": TREE,
        "augmentation": config["augmentation"],
        "size": config["stages"][-1]["size"],
    }


def attribution_settings(wildcards):
    """What the picture of attribution depends on besides the network and the galaxies."""
    config = config_of(wildcards)
    return {"model": network_settings(config), "tree": TREE, "seed": config["seeds"][0]}


def calibration_settings(wildcards):
    """What the intervals depend on besides the validation predictions and the votes."""
    names = dict.fromkeys(name for name, _ in networks_of_the_bag(wildcards))
    return {
        "members": {name: CONFIGS[name]["seeds"] for name in names},
        "tree": TREE_WITHOUT_WORDS,
    }


def first_network_settings(wildcards):
    """What features of training galaxies depend on besides the network and the galaxies."""
    config = CONFIGS[networks_of_the_bag(wildcards)[0][0]]
    names = ("precision", "deterministic")
    return {
        "model": network_settings(config),
        "tree": TREE_WITHOUT_WORDS,
        "batch_size": config["tta"]["batch_size"],
        **{name: config[name] for name in names},
    }


def picture_settings():
    """What the pixels of a catalogue's galaxies depend on besides their images."""
    return {key: value for key, value in CATALOGUE.items() if key not in ("name", "features")}


def listing_settings(wildcards):
    """What the list of a catalogue's galaxies depends on besides them."""
    path = workflow.modifier.modify_path(GALAXIES)
    return {"catalogue": picture_settings(), "tree": TREE_WITHOUT_WORDS} | listing(path)


def shard_settings(wildcards):
    """What a shard depends on besides its galaxies, the networks and the intervals."""
    return {
        "experiment": wildcards.experiment,
        "catalogue": picture_settings(),
        "members": settings_of_the_networks(wildcards),
        "tree": TREE,
    } | listing(workflow.modifier.modify_path(GALAXIES))


def settings_of_the_networks(wildcards):
    """What the networks that are averaged depend on, by the experiment's name."""
    names = dict.fromkeys(name for name, _ in networks_of_the_bag(wildcards))
    return {
        name: {
            "seeds": CONFIGS[name]["seeds"],
            "model": network_settings(CONFIGS[name]),
            "tta": CONFIGS[name]["tta"],
            "precision": CONFIGS[name]["precision"],
            "deterministic": CONFIGS[name]["deterministic"],
            "crop": CONFIGS[name]["survey"]["crop"],
        }
        for name in names
    }


def export_settings(wildcards):
    """What an export depends on besides networks, weights and scores."""
    members = settings_of_the_networks(wildcards)
    views = {name: views_in_words(member["tta"]) for name, member in members.items()}
    data, licence = DATA_IN_WORDS[SURVEY["source"]]
    return {
        "members": {
            name: {key: member[key] for key in ("seeds", "model", "crop")}
            for name, member in members.items()
        },
        "tree": TREE,
        "card": {
            "tree_name": BASE["tree"] if isinstance(BASE["tree"], str) else "",
            "data": data,
            "licence_of_data": licence,
            "views": " and ".join(dict.fromkeys(views.values())),
            "crop_px": max(member["crop"] for member in members.values()),
            "project": "Galaxy Zoo, reproducible",
        },
    }


def views_in_words(tta):
    """The views of test-time augmentation, for a model card."""
    mirrored = ", each also mirrored" if tta["flips"] else ""
    zooms = ", ".join(f"{zoom:g}" for zoom in tta["zooms"])
    return f"test-time augmentation ({tta['rotations']} rotations{mirrored}, at zooms of {zooms})"


# What a model card says of each source's galaxies and of what may be done with them.
DATA_IN_WORDS = {
    "simulation": (
        "Simulated galaxies with simulated votes, made by the workflow itself. It has never seen a "
        "real galaxy.",
        "The galaxies are made by the workflow and have no licence of others.",
    ),
    "files": (
        "Galaxies in the layout of Kaggle's Galaxy Zoo challenge: pictures of the Sloan Digital Sky "
        "Survey, with votes of Galaxy Zoo 2.",
        "Kaggle's rules of the Galaxy Zoo challenge say what may be done with its data.",
    ),
    "kaggle": (
        "The galaxies of Kaggle's Galaxy Zoo challenge: pictures of the Sloan Digital Sky Survey, "
        "with votes of Galaxy Zoo 2.",
        "Kaggle's rules of the Galaxy Zoo challenge say what may be done with its data.",
    ),
    "gz2": (
        "Galaxy Zoo 2's own pictures, of the Sloan Digital Sky Survey, and votes (Hart et al. 2016, "
        "MNRAS 461, 3663).",
        "Pictures and votes have the licences with which Galaxy Zoo 2 published them.",
    ),
    "own": (
        f"The survey {SURVEY['name']}, with pictures and votes of its own.",
        "Who made the survey knows what may be done with it.",
    ),
}


def written_catalogue_settings(wildcards):
    """What the tables and the page of a catalogue depend on besides its shards."""
    return {
        "experiment": wildcards.experiment,
        "name": wildcards.catalogue,
        "catalogue": picture_settings(),
        "crop": CONFIGS[networks_of_the_bag(wildcards)[0][0]]["survey"]["crop"],
        "tree": TREE,
    }
