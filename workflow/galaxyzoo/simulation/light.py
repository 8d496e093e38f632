"""The light of simulated galaxies, before atmosphere, noise and colour rendering.

Maps are (side, side) float32 in camera pixels. Those in colour have three bands in a last axis: i,
r and g, which survey pictures show as red, green and blue. Light is in nanomaggies (3631e-9 jansky,
magnitude 22.5). Coordinates u and v run along a galaxy's major and minor axis, in units of R90.
"""

import numpy as np
from scipy import fft
from scipy.special import gamma

from galaxyzoo.simulation.galaxies import Arms, Bar, Disc, Galaxy, Ring, Spheroid

EXTINCTION = np.float32([0.76, 1.0, 1.38])  # of dust in i, r and g, relative to r

Layer = tuple[float, np.ndarray, float]  # light, its unnormalised distribution, colour


def nanomaggies(magnitude: float) -> float:
    """Flux of a magnitude, in nanomaggies."""
    return 10 ** (0.4 * (22.5 - magnitude))


def band_fluxes(g_minus_r: float, red_excess: float = 0.0) -> np.ndarray:
    """Flux in i, r and g relative to r, (3,); r - i follows g - r as in real galaxies."""
    r_minus_i = 0.06 + 0.43 * g_minus_r + red_excess
    return np.float32([10 ** (0.4 * r_minus_i), 1.0, 10 ** (-0.4 * g_minus_r)])


def galaxy_light(
    galaxy: Galaxy, side: int, px_per_r90: float, rng: np.random.Generator
) -> np.ndarray:
    """Light of the galaxy and any companion, centred on the galaxy, (side, side, 3)."""
    grid = centred(side) / np.float32(px_per_r90)
    u, v = rotated(grid[None, :], grid[:, None], rng.uniform(0, 2 * np.pi))
    odd = galaxy.oddities
    if odd.displacement:
        u = u + odd.displacement * random_field(side, 0.4 * px_per_r90, rng)
        v = v + odd.displacement * random_field(side, 0.4 * px_per_r90, rng)
    layers = [
        (galaxy.spheroid.light, spheroid_shape(galaxy.spheroid, u, v), galaxy.spheroid.colour)
    ]
    if galaxy.spheroid.light < 1:
        layers += disc_layers(galaxy, u, v, px_per_r90, rng)
    if odd.tail:
        layers.append((odd.tail, tidal_tail(u, v, rng), galaxy.disc.colour))
    if odd.arc:
        layers.append((odd.arc, gravitational_arc(u, v, rng), 0.2))
    if galaxy.companion.light:
        layers.append(companion_layer(galaxy, u, v, rng))
    light = np.zeros((side, side, 3), np.float32)
    for share, shape, colour in layers:
        light += (share / shape.sum() * shape)[..., None] * band_fluxes(colour)
    if odd.dust:
        light *= np.exp(-odd.dust * dust_lane(u, v)[..., None] * EXTINCTION)
    return light * np.float32(nanomaggies(galaxy.view.magnitude))


def centred(side: int) -> np.ndarray:
    """Pixel coordinates along one side, 0 in the middle, (side,) float32."""
    return np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2)


def rotated(x: np.ndarray, y: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates along and across an axis at `angle` radians."""
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cos + y * sin, y * cos - x * sin


def elliptical_radius(
    u: np.ndarray, v: np.ndarray, axis_ratio: float, isophote: float = 2.0
) -> np.ndarray:
    """Radius of the generalised ellipse through each point (Athanassoula et al. 1990, eq. 1)."""
    if isophote == 2:
        return np.hypot(u, v / axis_ratio)
    return (np.abs(u) ** isophote + np.abs(v / axis_ratio) ** isophote) ** (1 / isophote)


def sersic(radius: np.ndarray, half_light_radius: float, index: float) -> np.ndarray:
    """Sersic profile, 1 at the half-light radius."""
    return np.exp(-sersic_b(index) * ((radius / half_light_radius) ** (1 / index) - 1))


def sersic_b(index: float) -> float:
    """The b_n of a Sersic profile (Ciotti & Bertin 1999, equation 18)."""
    return 2 * index - 1 / 3 + 4 / (405 * index) + 46 / (25515 * index**2)


def sersic_light(half_light_radius: float, index: float) -> float:
    """Total light of such a profile if circular (Graham & Driver 2005, equation 4)."""
    b = sersic_b(index)
    within = index * np.exp(b) * b ** (-2 * index) * gamma(2 * index)
    return 2 * np.pi * half_light_radius**2 * within


def random_field(side: int, scale_px: float, rng: np.random.Generator) -> np.ndarray:
    """Gaussian random field of unit variance, smoothed over `scale_px`, (side, side)."""
    spectrum = fft.rfft2(rng.standard_normal((side, side), np.float32))
    square = fft.rfftfreq(side)[None, :] ** 2 + fft.fftfreq(side)[:, None] ** 2
    field = fft.irfft2(spectrum * np.exp(-2 * (np.pi * scale_px) ** 2 * square), s=(side, side))
    return (field / field.std()).astype(np.float32)


def spheroid_shape(spheroid: Spheroid, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """An elliptical galaxy or a bulge; its cusp is softened, as pixels would soften it."""
    radius = elliptical_radius(u, v, spheroid.axis_ratio, spheroid.isophote)
    return sersic(radius + np.float32(0.02), spheroid.radius, spheroid.sersic_index)


def disc_layers(
    galaxy: Galaxy, u: np.ndarray, v: np.ndarray, px_per_r90: float, rng: np.random.Generator
) -> list[Layer]:
    """The disc's old stars, the young stars in its arms, its bar and its ring."""
    disc, arms, bar, ring = galaxy.disc, galaxy.arms, galaxy.bar, galaxy.ring
    isophote = 1.6 + 0.4 * disc.openness  # a disc seen edge-on has pointed ends
    old = np.exp(-elliptical_radius(u, v, disc.axis_ratio, isophote) / disc.scale_length)
    if disc.clumpiness:
        old *= np.exp(disc.clumpiness * random_field(len(u), 0.2 * px_per_r90, rng))
    in_disc = 1 - galaxy.spheroid.light
    smooth = in_disc * (1 - bar.light - ring.light)
    layers = []
    if arms.contrast and disc.openness:
        pattern = spiral_pattern(arms, disc, u, v, px_per_r90, rng)
        young = arms.contrast * disc.openness * old * pattern
        in_arms = smooth * young.sum() / (young.sum() + old.sum())
        layers.append((in_arms, young, 0.1))
        smooth -= in_arms
    layers.append((smooth, old, disc.colour))
    if bar.light:
        layers.append((in_disc * bar.light, bar_shape(bar, disc, u, v), disc.colour + 0.15))
    if ring.light:
        layers.append((in_disc * ring.light, ring_shape(ring, disc, u, v), disc.colour - 0.15))
    return layers


def spiral_pattern(
    arms: Arms,
    disc: Disc,
    u: np.ndarray,
    v: np.ndarray,
    px_per_r90: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Light of logarithmic spiral arms relative to that of the disc: about 1 on their crests.

    The arms are slightly irregular, differ in brightness, contain star-forming clumps, and end near
    R90.
    """
    across = v / disc.axis_ratio
    radius = np.hypot(u, across) + np.float32(1e-3)
    turn = np.arctan2(across, u) - np.log(radius) / np.tan(np.radians(arms.pitch_deg))
    wander = arms.raggedness * np.sqrt(arms.number) * random_field(len(u), 0.2 * px_per_r90, rng)
    phase = arms.number * turn + wander + rng.uniform(0, 2 * np.pi)
    unequal = 1 + 0.35 * np.cos(turn + rng.uniform(0, 2 * np.pi))
    clumps = np.exp(0.5 * random_field(len(u), 0.05 * px_per_r90, rng))
    extent = (1 + radius) / (1 + np.exp((arms.start - radius) / 0.05)) / (1 + (radius / 1.3) ** 8)
    return np.exp(2 * (np.cos(phase) - 1)) * unequal * clumps * extent


def bar_shape(bar: Bar, disc: Disc, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A bar in the plane of the disc: boxy, with a flat profile out to its ends."""
    along, across = rotated(u, v / disc.axis_ratio, bar.angle)
    return sersic(elliptical_radius(along, across, 0.28, 3.0), 0.6 * bar.length, 0.5)


def ring_shape(ring: Ring, disc: Disc, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A ring in the plane of the disc."""
    radius = elliptical_radius(u, v, disc.axis_ratio)
    return np.exp(-0.5 * ((radius - ring.radius) / ring.width) ** 2)


def tidal_tail(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One broad, loose arm, far from the centre."""
    radius = np.hypot(u, v)
    pitch = np.radians(rng.uniform(25, 50))
    turn = np.arctan2(v, u) - np.log(radius + 0.05) / np.tan(pitch) + rng.uniform(0, 2 * np.pi)
    return np.exp(4 * (np.cos(turn) - 1) - ((radius - 0.9) / 0.5) ** 2)


def gravitational_arc(u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A background galaxy, lensed into a thin arc and a fainter image on the other side."""
    angle = np.arctan2(v, u) + rng.uniform(0, 2 * np.pi)
    images = np.exp(4 * (np.cos(angle) - 1)) + 0.3 * np.exp(20 * (-np.cos(angle) - 1))
    return images * np.exp(-0.5 * ((np.hypot(u, v) - rng.uniform(0.7, 1.1)) / 0.04) ** 2)


def companion_layer(
    galaxy: Galaxy, u: np.ndarray, v: np.ndarray, rng: np.random.Generator
) -> Layer:
    """The other galaxy of a merger, displaced by the same tides."""
    companion = galaxy.companion
    towards, tilt = rng.uniform(0, 2 * np.pi, 2)
    x = u - np.float32(companion.separation * np.cos(towards))
    y = v - np.float32(companion.separation * np.sin(towards))
    radius = elliptical_radius(*rotated(x, y, tilt), companion.axis_ratio)
    return companion.light, sersic(radius + 0.02, companion.radius, 2.0), companion.colour


def dust_lane(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Optical depth of a lane along the major axis, slightly off centre, at most 1."""
    return np.exp(-0.5 * ((v - 0.015) / 0.035) ** 2 - (u / 0.8) ** 4)
