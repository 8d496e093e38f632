"""What simulated volunteers answer about a simulated galaxy.

A volunteer notices each feature with a chance that grows with how visible it is in the picture.
Visibility depends on its contrast, its size relative to the seeing, the inclination and the noise.
A volunteer who notices nothing calls the galaxy smooth. These chances depend only on what the
picture shows; only the volunteers' answers are random.
"""

from collections.abc import Sequence

import numpy as np

from galaxyzoo.simulation.galaxies import Galaxy
from galaxyzoo.simulation.light import nanomaggies, sersic, sersic_light
from galaxyzoo.simulation.pictures import CCD_ARCSEC, SKY_NOISE
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS

TREE = tree_from(QUESTIONS)

Chances = dict[str, float]  # of answers or features, by name

# How often an oddity is reported in a galaxy that has none.
ODD_ANYHOW = {
    "ring": 0.015,
    "lens or arc": 0.012,
    "disturbed": 0.025,
    "irregular": 0.025,
    "other": 0.06,
    "merger": 0.015,
    "dust lane": 0.003,
}
# Answers about arms that are seen but can hardly be made out.
UNCLEAR_WINDING = {"tight": 0.48, "medium": 0.38, "loose": 0.14}
UNCLEAR_NUMBER = {
    "1 arm": 0.06,
    "2 arms": 0.14,
    "3 arms": 0.05,
    "4 arms": 0.03,
    "more than 4 arms": 0.04,
    "can't tell": 0.68,
}
# Answers about a bulge by volunteers who do not compare it with the disc.
ANY_BULGE = {
    "no bulge": 0.1,
    "just noticeable bulge": 0.44,
    "obvious bulge": 0.26,
    "dominant bulge": 0.2,
}
# Sum of the parameters of the Dirichlet distribution from which a crowd's chances are drawn: the
# larger, the more alike are crowds. Not measured, since each real galaxy met one crowd.
LIKE_MINDED = 100


def vote_fractions(galaxy: Galaxy, volunteers: int, rng: np.random.Generator) -> np.ndarray:
    """Let volunteers walk down the tree; return weighted fractions like Kaggle's, (37,) float64.

    Everyone who gives an answer is asked the questions that it leads to. So an answer's votes
    divided by the number of volunteers equal its share of its question's votes, times its parent's
    weighted fraction.
    """
    return counted_votes(galaxy, volunteers, rng) / volunteers


def counted_votes(galaxy: Galaxy, volunteers: int, rng: np.random.Generator) -> np.ndarray:
    """The votes for each answer, (37,) int, of volunteers who walk down the tree.

    Each galaxy meets a crowd of its own, whose chances scatter about the true ones
    (Dirichlet-multinomial), so that votes scatter more than binomial ones would.
    """
    shares = answer_shares(galaxy)
    votes = np.zeros(len(TREE.columns), int)
    for i in TREE.asking_order:
        parents = TREE.parents[i]
        voters = sum(votes[parent] for parent in parents) if parents else volunteers
        votes[TREE.slices[i]] = rng.multinomial(voters, rng.dirichlet(LIKE_MINDED * shares[i]))
    return votes


def true_probabilities(galaxy: Galaxy) -> np.ndarray:
    """The weighted fractions that many crowds would give on average, (37,) float64."""
    return np.concatenate(TREE.weighted(answer_shares(galaxy)))


def answer_shares(galaxy: Galaxy) -> list[np.ndarray]:
    """Chance of each answer among those asked: an array per question, summing to 1."""
    chances = answer_chances(galaxy)
    shares = []
    for question in TREE.questions:
        values = np.array(list(chances[question.number].values()))
        shares.append(values / values.sum())
    return shares


def answer_chances(galaxy: Galaxy) -> dict[int, Chances]:
    """Chance of each answer, by question number, up to a factor for each question.

    A question's answers are in the tree's order.
    """
    noticed, odd = noticed_features(galaxy), noticed_oddities(galaxy)
    anything, star = any_of(noticed), star_chance(galaxy)
    return {
        1: {
            "smooth": (1 - star) * (1 - anything),
            "features or disc": (1 - star) * anything,
            "star or artifact": star,
        },
        2: yes_no("edge-on", "not edge-on", noticed["edge"] / anything),
        3: yes_no("bar", "no bar", noticed["bar"] / anything),
        4: yes_no("spiral", "no spiral", noticed["arms"] / anything),
        5: blend(bulge_prominence(galaxy.spheroid.light), ANY_BULGE, comparison(galaxy)),
        6: yes_no("odd", "not odd", any_of(odd)),
        7: roundness(apparent_axis_ratio(galaxy)),
        8: odd,
        9: edge_on_bulge(galaxy),
        10: blend(winding(galaxy.arms.pitch_deg), UNCLEAR_WINDING, noticed["arms"]),
        11: blend(arm_number(galaxy.arms.number), UNCLEAR_NUMBER, regularity(galaxy) ** 2),
    }


def noticed_features(galaxy: Galaxy) -> Chances:
    """Chance that each feature is noticed, and that the galaxy is seen to be a disc."""
    disc = galaxy.disc
    flat = 1 - galaxy.spheroid.light
    arms = 0.95 * noticing(arm_visibility(galaxy), 0.23, 1.6)
    on_edge = below(disc.axis_ratio, 0.27, 0.05)
    return {
        "arms": arms,
        "bar": any_of(
            {
                "seen": 0.75 * noticing(bar_visibility(galaxy), 0.3, 3),
                "thought": 0.04 + 0.15 * arms * regularity(galaxy),
            }
        ),
        "ring": noticing(ring_visibility(galaxy), 0.4),
        "edge": 0.75 * np.sqrt(flat) * on_edge,
        "disc": (0.12 + 0.5 * (0.3 + 0.7 * flat) * noticing(1 - disc.axis_ratio, 0.5))
        * (1 - 0.85 * np.sqrt(flat) * on_edge),
        "lumps": noticing(lump_visibility(galaxy), 0.5),
        "tides": 0.6 * noticing(tide_visibility(galaxy), 0.06),
    }


def noticed_oddities(galaxy: Galaxy) -> Chances:
    """Chance that each kind of oddity is noticed."""
    odd, companion = galaxy.oddities, galaxy.companion
    apart = min(companion.separation / (0.25 + 2 * seeing(galaxy)), 2)
    merger = 0.85 * noticing(np.sqrt(companion.light) * apart, 0.6, 3)
    ragged = noticing(arm_visibility(galaxy), 0.2) * (1 - regularity(galaxy))
    loose = ragged * below(-galaxy.arms.pitch_deg, -26, 4)
    seen = {
        "ring": 0.9 * noticing(ring_visibility(galaxy), 0.4),
        "lens or arc": 0.8 * noticing(odd.arc * resolved(0.04, galaxy), 0.02),
        "disturbed": any_of(
            {"tides": 0.4 * noticing(tide_visibility(galaxy), 0.06), "arms": 0.12 * loose}
        ),
        "irregular": any_of(
            {"lumps": 0.7 * noticing(lump_visibility(galaxy), 0.5), "arms": 0.12 * loose}
        ),
        "other": any_of(
            {
                "star": 0.6 * noticing(odd.star, 0.15),
                "merger": 0.5 * merger,
                "artefact": 0.4 * galaxy.artefact.star + 0.4 * noticing(galaxy.artefact.trail, 0.1),
            }
        ),
        "merger": merger,
        "dust lane": 0.5 * noticing(odd.dust * resolved(0.035, galaxy), 0.4),
    }
    return {kind: any_of({"seen": seen[kind], "anyhow": ODD_ANYHOW[kind]}) for kind in seen}


def star_chance(galaxy: Galaxy) -> float:
    """Chance of being called a star or an artifact."""
    if galaxy.artefact.star:
        return 0.85
    smooth = 1 - any_of(noticed_features(galaxy))
    thought = 0.006 + 0.1 * galaxy.oddities.star + 0.025 * smooth
    return thought + 0.6 * noticing(galaxy.artefact.trail, 0.1)


def bulge_prominence(light: float) -> Chances:
    """Chance of each answer to how prominent a bulge is that has this share of the light."""
    bounds = np.log([0.014, 0.13, 0.8])
    return ordered(tuple(ANY_BULGE), np.log(light + 0.01), bounds, width=0.5)


def comparison(galaxy: Galaxy) -> float:
    """Share of the volunteers who compare a bulge with its disc, which an elliptical lacks."""
    return 0.75 if galaxy.spheroid.light < 1 else 0.1


def edge_on_bulge(galaxy: Galaxy) -> Chances:
    """Chance of each answer to the shape of a bulge seen edge-on."""
    bulge = noticing(galaxy.spheroid.light, 0.05)
    boxy = bulge * (0.08 + 0.6 * noticing(galaxy.spheroid.isophote - 2, 1.5))
    return {"rounded bulge": bulge - boxy, "boxy bulge": boxy, "no bulge": 1 - bulge}


def roundness(axis_ratio: float) -> Chances:
    """Chance of each answer to how round an outline is, the roundest first."""
    answers = ("cigar-shaped", "in between", "completely round")
    chances = ordered(answers, axis_ratio, bounds=(0.42, 0.76), width=0.06)
    return dict(reversed(chances.items()))


def winding(pitch_deg: float) -> Chances:
    """Chance of each answer to how tightly wound the arms are, if they are clearly seen."""
    return ordered(("tight", "medium", "loose"), pitch_deg, bounds=(20.5, 28.5), width=3.0)


def arm_number(number: int) -> Chances:
    """Chance of each count of arms that are clearly seen; few volunteers are off by one."""
    counts = ("1 arm", "2 arms", "3 arms", "4 arms", "more than 4 arms")
    misses = np.abs(np.arange(1, 6) - min(number, 5))
    chances = np.select([misses == 0, misses == 1], [0.82, 0.08], 0.01)
    return {**dict(zip(counts, chances.tolist(), strict=True)), "can't tell": 0.05}


def arm_visibility(galaxy: Galaxy) -> float:
    """Contrast of the arms at 0.6 R90; the seeing blurs arms that are many or tightly wound."""
    arms, disc = galaxy.arms, galaxy.disc
    spacing = 2 * np.pi * 0.6 * np.sin(np.radians(arms.pitch_deg)) / arms.number
    spacing *= np.sqrt((1 + disc.axis_ratio**2) / 2)
    blur = np.exp(-2 * (np.pi * seeing(galaxy) / spacing) ** 2)
    share = disc_brightness(galaxy, 0.6) / smooth_brightness(galaxy, 0.6)
    contrast = arms.contrast * share / (1 + 0.6 * arms.contrast * share)
    return contrast * blur * depth(galaxy) * disc.openness


def bar_visibility(galaxy: Galaxy) -> float:
    """Contrast of the bar halfway to its end, foreshortened where it points at us."""
    bar, disc = galaxy.bar, galaxy.disc
    brightness = (1 - galaxy.spheroid.light) * 1.34 * bar.light / bar.length**2
    contrast = brightness / (brightness + smooth_brightness(galaxy, 0.5 * bar.length))
    along = np.hypot(np.cos(bar.angle), disc.axis_ratio * np.sin(bar.angle))
    return 1.5 * contrast * resolved(0.12 * bar.length * along, galaxy) * disc.openness


def ring_visibility(galaxy: Galaxy) -> float:
    """Contrast of the ring."""
    ring = galaxy.ring
    brightness = ring.light / ((2 * np.pi) ** 1.5 * ring.radius * ring.width)
    brightness *= 1 - galaxy.spheroid.light
    contrast = brightness / (brightness + smooth_brightness(galaxy, ring.radius))
    return contrast * resolved(ring.width, galaxy) * depth(galaxy) * galaxy.disc.openness


def lump_visibility(galaxy: Galaxy) -> float:
    """Contrast of the clumps of an irregular galaxy."""
    return galaxy.disc.clumpiness * resolved(0.2, galaxy)


def tide_visibility(galaxy: Galaxy) -> float:
    """How clearly tides have pulled the galaxy out of shape."""
    return (galaxy.oddities.displacement + 0.3 * galaxy.oddities.tail) * depth(galaxy)


def regularity(galaxy: Galaxy) -> float:
    """How well each arm can be distinguished from the next, 0 to 1."""
    return 1 / (1 + (galaxy.arms.raggedness / 0.8) ** 2)


def apparent_axis_ratio(galaxy: Galaxy) -> float:
    """Axis ratio of the outline, rounded by the seeing."""
    bulge, blur = galaxy.spheroid, (2 * seeing(galaxy)) ** 2
    square = bulge.light * bulge.axis_ratio**2 + (1 - bulge.light) * galaxy.disc.axis_ratio**2
    return float(np.sqrt((square + blur) / (1 + blur)))


def disc_brightness(galaxy: Galaxy, radius: float) -> float:
    """Surface brightness of the disc's stars seen face-on, as a share of galaxy light per R90^2."""
    length = galaxy.disc.scale_length
    light = (1 - galaxy.spheroid.light) * (1 - galaxy.bar.light - galaxy.ring.light)
    return light * np.exp(-radius / length) / (2 * np.pi * length**2)


def smooth_brightness(galaxy: Galaxy, radius: float) -> float:
    """Surface brightness of disc and bulge, against which all other features must show."""
    bulge = galaxy.spheroid
    profile = sersic(radius, bulge.radius, bulge.sersic_index)
    in_bulge = bulge.light * profile / sersic_light(bulge.radius, bulge.sersic_index)
    return disc_brightness(galaxy, radius) + in_bulge


def seeing(galaxy: Galaxy) -> float:
    """Standard deviation of the seeing, combined with the eye's own resolution, in R90."""
    return float(np.hypot(galaxy.view.seeing_arcsec / 2.355 / galaxy.view.r90_arcsec, 0.04))


def resolved(width: float, galaxy: Galaxy) -> float:
    """Share of its contrast that a feature of Gaussian `width` in R90 keeps after seeing."""
    return float(width / np.hypot(width, seeing(galaxy)))


def depth(galaxy: Galaxy) -> float:
    """How far the galaxy's light rises above the noise of a resolved patch of sky, 0 to 1."""
    view = galaxy.view
    light = nanomaggies(view.magnitude) / (2 * (view.r90_arcsec / CCD_ARCSEC) ** 2)
    patch_px = 4 * np.pi * (view.seeing_arcsec / 2.355 / CCD_ARCSEC) ** 2
    return float(light / (light + 10 * SKY_NOISE[1] / np.sqrt(patch_px)))


def noticing(visibility: float, threshold: float, steepness: float = 2.0) -> float:
    """Chance that a feature is noticed, one half at the threshold (Hill curve)."""
    return float(visibility**steepness / (visibility**steepness + threshold**steepness))


def below(value: float, bound: float, width: float) -> float:
    """Chance that a value is judged to be below a bound (logistic curve)."""
    return float(1 / (1 + np.exp((value - bound) / width)))


def any_of(chances: Chances) -> float:
    """Chance that at least one of several independent events happens."""
    return 1 - float(np.prod([1 - chance for chance in chances.values()]))


def yes_no(yes: str, no: str, chance: float) -> Chances:
    """Chances of a question with two answers, neither of which is ever certain."""
    chance = float(np.clip(chance, 0.01, 0.98))
    return {yes: chance, no: 1 - chance}


def ordered(names: Sequence[str], value: float, bounds: Sequence[float], width: float) -> Chances:
    """Chances of ordered answers, each of which covers the values between two bounds."""
    crossed = [below(value, bound, width) for bound in bounds]
    return dict(zip(names, np.diff([0.0, *crossed, 1.0]).tolist(), strict=True))


def blend(clear: Chances, unclear: Chances, clarity: float) -> Chances:
    """Chances if a share `clarity` of the volunteers sees clearly, and the others guess."""
    return {name: clarity * clear[name] + (1 - clarity) * unclear[name] for name in clear}
