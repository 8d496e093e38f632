"""The components of simulated galaxies, and how often each kind of galaxy occurs.

A galaxy is a spheroid and a disc, which may have spiral arms, a bar, a ring, and anything else that
makes a galaxy odd. Lengths are in units of R90, because Galaxy Zoo scales its cut-outs by it. There
it is the radius that holds 90 % of the light; here it is nominal, and holds less in most galaxies.
Light is a fraction of the galaxy's own, or of its disc's. Colours are g - r in magnitudes. The
ranges were set by eye and from statistics of survey pictures.
"""

from dataclasses import dataclass, replace

import numpy as np

# The main sample of Galaxy Zoo 2 (Willett et al. 2013, section 2.1): r magnitude, R90 > 3".
# Galaxies beyond the upper radius are rare, and would be the slowest to draw.
MAGNITUDE_LIMIT = 17.0
R90_RANGE_ARCSEC = (3.5, 30.0)
# How often a spiral has 1 to 6 arms, without a bar and with one.
ARM_NUMBERS = {
    False: (0.06, 0.63, 0.15, 0.08, 0.05, 0.03),
    True: (0.04, 0.84, 0.06, 0.03, 0.02, 0.01),
}


@dataclass(frozen=True)
class View:
    """How a galaxy is seen: its total r magnitude, its size, and the FWHM of the seeing."""

    magnitude: float
    r90_arcsec: float
    seeing_arcsec: float


@dataclass(frozen=True)
class Spheroid:
    """An elliptical galaxy or the bulge of a disc, with a Sersic profile of half-light `radius`.

    `axis_ratio` is the apparent one. `isophote` is the exponent of its outline: 2 for an ellipse,
    more for a box.
    """

    light: float
    radius: float
    sersic_index: float
    axis_ratio: float
    colour: float
    isophote: float = 2.0


@dataclass(frozen=True)
class Disc:
    """An exponential disc; `clumpiness` is the scatter in the natural logarithm of its light."""

    scale_length: float
    axis_ratio: float
    colour: float
    clumpiness: float = 0.0

    @property
    def openness(self) -> float:
        """How much of the structure in the disc its inclination leaves visible, 0 to 1."""
        return float(np.clip((self.axis_ratio - 0.15) / 0.35, 0, 1))


@dataclass(frozen=True)
class Arms:
    """Logarithmic spiral arms that begin at radius `start`.

    `contrast` is the light of their young stars relative to the disc's. `raggedness` is how far
    they stray from a perfect spiral, in radians of phase.
    """

    contrast: float = 0.0
    number: int = 2
    pitch_deg: float = 20.0
    raggedness: float = 0.0
    start: float = 0.2


@dataclass(frozen=True)
class Bar:
    """A bar of half-length `length`, rotated by `angle` radians from the disc's major axis.

    `light` is a fraction of the disc's, as for a ring.
    """

    light: float = 0.0
    length: float = 0.5
    angle: float = 0.0


@dataclass(frozen=True)
class Ring:
    """A ring in the disc; `width` is the standard deviation of its cross-section."""

    light: float = 0.0
    radius: float = 0.7
    width: float = 0.08


@dataclass(frozen=True)
class Companion:
    """The other galaxy of a merger."""

    light: float = 0.0
    separation: float = 0.8
    radius: float = 0.3
    axis_ratio: float = 0.7
    colour: float = 0.7


@dataclass(frozen=True)
class Oddities:
    """Other things that may be odd about a galaxy; each is 0 if absent.

    `displacement` is how far tides have moved the light. `tail`, `arc` and `star` (a star in front
    of the galaxy) are light. `dust` is the optical depth of a lane, in r.
    """

    displacement: float = 0.0
    tail: float = 0.0
    arc: float = 0.0
    dust: float = 0.0
    star: float = 0.0


@dataclass(frozen=True)
class Artefact:
    """Not a galaxy: a star in its place, or a satellite trail in nanomaggies per pixel."""

    star: bool = False
    trail: float = 0.0


@dataclass(frozen=True)
class Galaxy:
    """One simulated galaxy, before noise and volunteers."""

    view: View
    spheroid: Spheroid
    disc: Disc
    arms: Arms = Arms()
    bar: Bar = Bar()
    ring: Ring = Ring()
    companion: Companion = Companion()
    oddities: Oddities = Oddities()
    artefact: Artefact = Artefact()


def draw_galaxy(rng: np.random.Generator) -> Galaxy:
    """Draw one galaxy of the survey."""
    kinds = (elliptical, lenticular, spiral, irregular, artefact)
    return kinds[rng.choice(len(kinds), p=(0.30, 0.12, 0.52, 0.053, 0.007))](rng)


def elliptical(rng: np.random.Generator) -> Galaxy:
    """Draw an elliptical galaxy, round to flattened, which rarely lenses another one behind it."""
    index = rng.uniform(1.8, 4.5)
    spheroid = Spheroid(
        light=1.0,
        radius=1.45 / (2.32 + 0.33 * (index - 1)),  # R50 / R90 falls with concentration
        sersic_index=index,
        axis_ratio=1 - 0.65 * rng.beta(1.5, 2.2),
        colour=rng.normal(0.8, 0.08),
    )
    return Galaxy(
        view=draw_view(rng, surface_brightness=19.9),
        spheroid=spheroid,
        disc=Disc(scale_length=0.3, axis_ratio=spheroid.axis_ratio, colour=spheroid.colour),
        companion=draw_companion(rng, spheroid.colour),
        oddities=replace(
            draw_oddities(rng),
            arc=draw_if(rng, 0.03, 0.05, 0.15),
            dust=draw_if(rng, 0.01, 1.0, 3.0),
        ),
    )


def lenticular(rng: np.random.Generator) -> Galaxy:
    """Draw a disc without arms: yellow, with a large bulge and sometimes a bar or a ring."""
    colour = rng.normal(0.72, 0.08)
    disc = draw_disc(rng, colour, thickness=rng.uniform(0.13, 0.25))
    return Galaxy(
        view=draw_view(rng, surface_brightness=20.3),
        spheroid=draw_bulge(rng, rng.uniform(0.15, 0.7), disc),
        disc=disc,
        bar=draw_bar(rng, chance=0.05),
        ring=draw_ring(rng, chance=0.16),
        companion=draw_companion(rng, colour),
        oddities=replace(draw_oddities(rng), dust=draw_dust(rng, disc)),
    )


def spiral(rng: np.random.Generator) -> Galaxy:
    """Draw a spiral: the smaller its bulge, the bluer, stronger and looser its arms."""
    bulge = min(rng.exponential(0.17), 0.6)
    lateness = np.exp(-bulge / 0.15)  # 1 without a bulge, falls towards 0 for large ones
    colour = rng.normal(0.66 - 0.27 * lateness, 0.08)
    disc = draw_disc(rng, colour, thickness=rng.uniform(0.08, 0.2))
    bar = draw_bar(rng, chance=0.24)
    flocculent = rng.random() < (0.2 if bar.light else 0.5)
    return Galaxy(
        view=draw_view(rng, surface_brightness=20.7),
        spheroid=draw_bulge(rng, bulge, disc),
        disc=disc,
        arms=Arms(
            contrast=rng.lognormal(np.log(1.2 + 1.6 * lateness), 0.5),
            number=int(rng.choice(range(1, 7), p=ARM_NUMBERS[bool(bar.light)])),
            pitch_deg=float(np.clip(rng.normal(20 + 8 * lateness - 7 * flocculent, 5), 8, 42)),
            raggedness=rng.uniform(0.0, 0.3) + flocculent * rng.uniform(0.5, 1.2),
            start=bar.length if bar.light else 0.2,
        ),
        bar=bar,
        ring=draw_ring(rng, chance=0.09),
        companion=draw_companion(rng, colour),
        oddities=replace(draw_oddities(rng), dust=draw_dust(rng, disc)),
    )


def irregular(rng: np.random.Generator) -> Galaxy:
    """Draw an irregular galaxy: blue clumps in a thick, misshapen disc."""
    colour = rng.normal(0.2, 0.12)
    disc = Disc(
        scale_length=0.28,
        axis_ratio=rng.uniform(0.35, 0.9),
        colour=colour,
        clumpiness=rng.uniform(0.3, 0.9),
    )
    return Galaxy(
        view=draw_view(rng, surface_brightness=21.0),
        spheroid=draw_bulge(rng, 0.005, disc),
        disc=disc,
        arms=Arms(
            contrast=draw_if(rng, 0.5, 0.8, 2.0),
            number=int(rng.integers(1, 3)),
            pitch_deg=rng.uniform(25, 42),
            raggedness=rng.uniform(0.3, 0.8),
        ),
        companion=draw_companion(rng, colour),
        oddities=Oddities(displacement=rng.uniform(0.02, 0.07)),
    )


def artefact(rng: np.random.Generator) -> Galaxy:
    """Draw an artefact in a galaxy's place: a saturated star, or a galaxy crossed by a trail."""
    star = rng.random() < 0.6
    return replace(
        elliptical(rng),
        companion=Companion(),
        oddities=Oddities(),
        artefact=Artefact(star=star, trail=0.0 if star else rng.uniform(0.05, 0.3)),
    )


def draw_if(rng: np.random.Generator, chance: float, low: float, high: float) -> float:
    """Draw a number between `low` and `high` with probability `chance`; otherwise return 0."""
    return rng.uniform(low, high) if rng.random() < chance else 0.0


def draw_view(rng: np.random.Generator, surface_brightness: float) -> View:
    """Draw how bright, how large and how sharp a galaxy appears.

    Number counts grow as 10^(0.5 m). The mean `surface_brightness` within the half-light radius, in
    r magnitudes per square arcsecond, then determines the radius.
    """
    while True:
        magnitude = MAGNITUDE_LIMIT + np.log10(1 - rng.random()) / 0.5
        faintness = rng.normal(surface_brightness, 0.6) - magnitude
        half_light_arcsec = np.sqrt(10 ** (0.4 * faintness) / (2 * np.pi))
        r90_arcsec = half_light_arcsec * rng.uniform(2.2, 3.0)
        if R90_RANGE_ARCSEC[0] < r90_arcsec < R90_RANGE_ARCSEC[1]:
            return View(magnitude, r90_arcsec, seeing_arcsec=rng.lognormal(np.log(1.2), 0.1))


def draw_disc(rng: np.random.Generator, colour: float, thickness: float) -> Disc:
    """Draw a disc at a random inclination; `thickness` is its axis ratio seen edge-on."""
    cos_inclination = rng.random()
    return Disc(
        # R90 is 3.9 scale lengths of a disc seen face-on, about 3.1 of one seen edge-on.
        scale_length=1.45 / (3.1 + 0.8 * cos_inclination),
        axis_ratio=float(np.hypot(cos_inclination, thickness * np.sqrt(1 - cos_inclination**2))),
        colour=colour + 0.15 * (1 - cos_inclination),  # its own dust reddens it
    )


def draw_bulge(rng: np.random.Generator, light: float, disc: Disc) -> Spheroid:
    """Draw the bulge of a disc: redder than the disc, larger with more light, sometimes boxy."""
    boxy = disc.axis_ratio < 0.4 and rng.random() < 0.25
    return Spheroid(
        light=light,
        radius=0.08 + 0.25 * light,
        sersic_index=1 + 4 * light,
        axis_ratio=float(np.hypot(disc.axis_ratio, 0.7 * np.sqrt(1 - disc.axis_ratio**2))),
        colour=max(disc.colour + 0.1, rng.normal(0.8, 0.06)),
        isophote=rng.uniform(3.0, 5.0) if boxy else 2.0,
    )


def draw_bar(rng: np.random.Generator, chance: float) -> Bar:
    """Draw a bar, or none."""
    return Bar(draw_if(rng, chance, 0.15, 0.4), rng.uniform(0.35, 0.65), rng.uniform(0, np.pi))


def draw_ring(rng: np.random.Generator, chance: float) -> Ring:
    """Draw a ring, or none."""
    return Ring(draw_if(rng, chance, 0.08, 0.35), rng.uniform(0.5, 1.0), rng.uniform(0.06, 0.12))


def draw_dust(rng: np.random.Generator, disc: Disc) -> float:
    """Draw the optical depth of a dust lane, which some edge-on discs show."""
    return draw_if(rng, 0.1, 0.8, 3.0) if disc.axis_ratio < 0.3 else 0.0


def draw_companion(rng: np.random.Generator, colour: float) -> Companion:
    """Draw a merging companion, or none, of about the galaxy's own `colour`."""
    return Companion(
        light=draw_if(rng, 0.05, 0.15, 0.7),
        separation=rng.uniform(0.45, 0.95),
        radius=rng.uniform(0.15, 0.35),
        axis_ratio=rng.uniform(0.4, 1.0),
        colour=colour + rng.normal(0, 0.1),
    )


def draw_oddities(rng: np.random.Generator) -> Oddities:
    """Draw what may affect any galaxy: tides, and a star in front of it."""
    disturbed = rng.random() < 0.025
    return Oddities(
        displacement=disturbed * rng.uniform(0.05, 0.15),
        tail=disturbed * rng.uniform(0.1, 0.35),
        star=draw_if(rng, 0.03, 0.05, 0.3),
    )
