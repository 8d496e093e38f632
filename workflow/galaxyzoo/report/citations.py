"""What whoever uses an experiment must cite: its data, tree and starting weights."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from galaxyzoo.plan.starting_points import SIMULATED
from galaxyzoo.tree.questions import tree_at_hand

Settings = Mapping[str, Any]


class Citation(NamedTuple):
    """A reference, what of it was used, and the text that its owners ask for, word for word.

    `asked` are the paragraphs of that text, and `asked_in` says where they ask for it. Both are
    empty where no such text is known.
    """

    used: str
    reference: str
    asked: Sequence[str] = ()
    asked_in: str = ""


# The papers of the trees that a config can name.
OF_TREES = {
    "galaxy_zoo_2": "Willett et al. 2013, MNRAS 435, 2835",
    "galaxy_zoo_hubble": "Willett et al. 2017, MNRAS 464, 4176",
    "galaxy_zoo_candels": "Simmons et al. 2017, MNRAS 464, 4420",
    "galaxy_zoo_decals": "Walmsley et al. 2022, MNRAS 509, 3966",
    "galaxy_zoo_desi": "Walmsley et al. 2023, MNRAS 526, 4768",
    "galaxy_zoo_ukidss": "Masters et al. 2024, arXiv:2408.10160",
    "galaxy_zoo_euclid": "Euclid Collaboration: Walmsley et al. 2025, arXiv:2503.15310",
    "galaxy_zoo_jwst": "Géron et al. 2025, arXiv:2505.01421",
}
WORKFLOW = Citation("Workflow", "Galaxy Zoo, reproducible: see its CITATION.cff, and its commit")
KAGGLE = Citation("Pictures and labels", "Galaxy Zoo - The Galaxy Challenge, Kaggle, 2013")
GZ2_IMAGES = Citation(
    "Pictures",
    "Galaxy Zoo 2's images, doi:10.5281/zenodo.3565489",
    (
        "If you use this dataset, please cite Willett et al. (2013) as the general data release "
        "and also cite the DOI for this dataset; if you use the updated debiased tables from Hart "
        "et al. (2016) please cite that as well.",
    ),
    "the images' record on Zenodo",
)
HART = Citation("Debiased votes", "Hart et al. 2016, MNRAS 461, 3663")
SDSS = Citation(
    "Observations",
    "Sloan Digital Sky Survey, seventh data release: Abazajian et al. 2009, ApJS 182, 543",
    (
        "Funding for the SDSS and SDSS-II has been provided by the Alfred P. Sloan Foundation, the "
        "Participating Institutions, the National Science Foundation, the U.S. Department of "
        "Energy, the National Aeronautics and Space Administration, the Japanese Monbukagakusho, "
        "the Max Planck Society, and the Higher Education Funding Council for England. The SDSS "
        "Web Site is http://www.sdss.org/.",
        "The SDSS is managed by the Astrophysical Research Consortium for the Participating "
        "Institutions. The Participating Institutions are the American Museum of Natural History, "
        "Astrophysical Institute Potsdam, University of Basel, University of Cambridge, Case "
        "Western Reserve University, University of Chicago, Drexel University, Fermilab, the "
        "Institute for Advanced Study, the Japan Participation Group, Johns Hopkins University, "
        "the Joint Institute for Nuclear Astrophysics, the Kavli Institute for Particle "
        "Astrophysics and Cosmology, the Korean Scientist Group, the Chinese Academy of Sciences "
        "(LAMOST), Los Alamos National Laboratory, the Max-Planck-Institute for Astronomy (MPIA), "
        "the Max-Planck-Institute for Astrophysics (MPA), New Mexico State University, Ohio State "
        "University, University of Pittsburgh, University of Portsmouth, Princeton University, the "
        "United States Naval Observatory, and the University of Washington.",
    ),
    "the survey's page of credits, for publications that are not commercial",
)
EFFICIENTNET = Citation("Backbone", "EfficientNet: Tan and Le 2019, ICML, arXiv:1905.11946")
TIMM = Citation("Backbone's code", "Wightman, PyTorch Image Models (timm)")
IMAGENET = Citation("Starting weights", "ImageNet: Russakovsky et al. 2015, IJCV 115, 211")
ZOOBOT = Citation("Starting weights", "Zoobot: Walmsley et al. 2023, JOSS 8(85), 5312")
OF_MEMBERS = Citation("Networks", "What the Cite of each member's report lists")


def citations(config: Settings) -> list[Citation]:
    """What a page must ask its readers to cite, by a resolved config, in the order of its list.

    That of an ensemble has no `model`: its members have one each.
    """
    networks = of_network(config["model"]) if "model" in config else [OF_MEMBERS]
    surveys = config.get("surveys") or [config["survey"]]
    data = [one for survey in surveys for one in (*of_survey(survey), *of_tree(config, survey))]
    return [WORKFLOW, *dict.fromkeys(data), *networks]


def of_survey(survey: Settings) -> Iterator[Citation]:
    """The pictures and labels of a survey; a simulated one has nothing of others."""
    source = survey["source"]
    if source == "own":
        yield Citation("Pictures and labels", f"{survey['name']}: as its owners ask")
    if source in ("kaggle", "files"):
        yield KAGGLE
    if source == "gz2":
        yield GZ2_IMAGES
        if any("hart16" in table["address"] for table in survey["gz2"]["tables"]):
            yield HART
    if source in ("kaggle", "files", "gz2"):
        yield SDSS


def of_tree(config: Settings, survey: Settings) -> Iterator[Citation]:
    """The paper of a tree that has a name, which published the survey's votes too."""
    tree, source = config["tree"], survey["source"]
    used = {
        "simulation": "Decision tree",
        "own": "Decision tree, and its survey's labels if these are used",
    }
    if name := tree if tree == "galaxy_zoo_2" else tree_at_hand(tree):
        yield Citation(used.get(source, "Decision tree and votes"), OF_TREES[name])


def of_network(model: Settings) -> Iterator[Citation]:
    """The backbone's paper and code, and what its weights were learnt from."""
    backbone, weights = model["backbone"], model["weights"]
    if "efficientnet" in backbone:
        yield EFFICIENTNET
    else:
        yield Citation("Backbone", f"The paper that timm's page of {backbone} names")
    yield TIMM
    if weights == SIMULATED:
        yield Citation("Decision tree of the simulated start", OF_TREES["galaxy_zoo_2"])
        weights = model["simulated"]["weights"]
    if "zoobot" in f"{backbone} {weights}".lower():
        yield ZOOBOT
    elif weights == "pretrained":
        yield IMAGENET
    elif weights != "random":
        asked = "as its makers ask; of a finished experiment, what its report's Cite lists"
        yield Citation("Starting weights", f"{weights}: {asked}")
