"""Pictures of simulated galaxies, made in the same way as those of Galaxy Zoo 2.

The camera of the Sloan Digital Sky Survey sees the sky through the atmosphere. Its frames are
stretched, coloured and stored as JPEGs. Galaxy Zoo cuts each galaxy out of such a JPEG, rotated
north up and resampled to a scale set by its R90. So small galaxies look blurred and blocky, large
ones sharp. Light and bands are as in `galaxyzoo.simulation.light`.
"""

import io

import numpy as np
from astropy.visualization import make_lupton_rgb
from PIL import Image
from scipy import fft

from galaxyzoo.simulation.galaxies import Galaxy
from galaxyzoo.simulation.light import (
    band_fluxes,
    centred,
    elliptical_radius,
    galaxy_light,
    nanomaggies,
    rotated,
    sersic,
)

SIZE_PX = 424
PX_PER_R90 = 50  # 0.02 R90 per pixel (Willett et al. 2013, section 2.2)
CENTRE_PX = (1.6, 0.8)  # mean and scatter of a galaxy's offset right and down, as in Kaggle's files
CCD_ARCSEC = 0.396  # per pixel of the camera
SKY_NOISE = np.float32([0.037, 0.026, 0.016])  # nanomaggies, from sky brightness and gain
ELECTRONS = 940.0  # per nanomaggy
# SDSS's colour pictures: band weights, and a stretch that matches their brightness profiles.
BAND_WEIGHTS = np.float32([0.86, 1.0, 1.37])
LUPTON_Q, LUPTON_STRETCH = 6.5, 0.54
WHITE = 20.0  # weighted light above which a star loses its colour
SURVEY_QUALITY, PICTURE_QUALITY = 70, 75  # of the JPEGs; the second as in Kaggle's files


def jpeg(picture: np.ndarray, quality: int = PICTURE_QUALITY) -> bytes:
    """Encode a picture, (height, width, 3) uint8 RGB, as a JPEG."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()


def render(galaxy: Galaxy, rng: np.random.Generator) -> np.ndarray:
    """Draw the cut-out of a galaxy, (424, 424, 3) uint8 RGB."""
    px_per_r90 = galaxy.view.r90_arcsec / CCD_ARCSEC
    turn, mirrored = rng.uniform(0, 2 * np.pi), rng.random() < 0.5
    side = frame_side(px_per_r90, turn)
    sky = stars(galaxy, side, px_per_r90, rng) + background_galaxies(side, px_per_r90, rng)
    if not galaxy.artefact.star:
        sky += galaxy_light(galaxy, side, px_per_r90, rng)
    sky = convolved(sky, star_image(side, galaxy.view.seeing_arcsec / CCD_ARCSEC, rng))
    sky += sky_level(side, rng)
    if galaxy.artefact.trail:
        sky += galaxy.artefact.trail * satellite_trail(side, rng)
    noise = np.sqrt(SKY_NOISE**2 + np.maximum(sky, 0) / ELECTRONS)
    sky += noise * rng.standard_normal(sky.shape, np.float32)
    frame = survey_picture(sky)
    if mirrored:  # arms and tails are drawn with one sense of winding
        frame = frame[:, ::-1]
    return cut_out(frame, px_per_r90, turn, rng.normal(*CENTRE_PX, 2))


def frame_side(px_per_r90: float, turn: float) -> int:
    """Camera pixels along a square frame that holds a cut-out rotated by `turn` radians."""
    side = SIZE_PX / PX_PER_R90 * px_per_r90 * (abs(np.sin(turn)) + abs(np.cos(turn)))
    return fft.next_fast_len(int(side) + 5, real=True)


def background_galaxies(side: int, px_per_r90: float, rng: np.random.Generator) -> np.ndarray:
    """Light of surrounding galaxies, sometimes of a cluster, (side, side, 3)."""
    light = np.zeros((side, side, 3), np.float32)
    cluster = rng.random() < 0.07
    square_arcmin = (side * CCD_ARCSEC / 60) ** 2
    for _ in range(rng.poisson(4 * square_arcmin + 12 * cluster)):
        magnitude = max(21.5 + np.log10(1 - rng.random()) / 0.4, 17.0)
        radius = 2.3 * 10 ** (-0.15 * (magnitude - 20)) * rng.lognormal(0, 0.3)
        colour = rng.normal(0.9 if cluster else 0.7, 0.25)
        axis_ratio, angle = rng.uniform(0.3, 1.0), rng.uniform(0, np.pi)
        x, y = draw_place(side, px_per_r90, rng)
        reach = int(5 * radius) + 2
        left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
        window = light[top : int(y) + reach, left : int(x) + reach]
        dx = np.arange(window.shape[1], dtype=np.float32)[None, :] + np.float32(left - x)
        dy = np.arange(window.shape[0], dtype=np.float32)[:, None] + np.float32(top - y)
        shape = sersic(elliptical_radius(*rotated(dx, dy, angle), axis_ratio) + 0.3, radius, 1.0)
        window += (nanomaggies(magnitude) / shape.sum() * shape)[..., None] * band_fluxes(colour)
    return light


def stars(galaxy: Galaxy, side: int, px_per_r90: float, rng: np.random.Generator) -> np.ndarray:
    """Light of the stars around, in front of or in place of the galaxy, (side, side, 3)."""
    light = np.zeros((side, side, 3), np.float32)
    density = rng.lognormal(np.log(2.5), 0.6)  # per square arcminute, varies with galactic latitude
    for _ in range(rng.poisson(density * (side * CCD_ARCSEC / 60) ** 2)):
        place = draw_place(side, px_per_r90, rng)
        add_star(light, place, 22.3 + np.log10(1 - rng.random()) / 0.23, rng)
    centre = np.full(2, (side - 1) / 2)
    if galaxy.oddities.star:
        away, towards = rng.uniform(0.2, 0.7) * px_per_r90, rng.uniform(0, 2 * np.pi)
        place = centre + away * np.array([np.cos(towards), np.sin(towards)])
        add_star(light, place, galaxy.view.magnitude - 2.5 * np.log10(galaxy.oddities.star), rng)
    if galaxy.artefact.star:
        add_star(light, centre, rng.uniform(10.5, 14.5), rng)
    return light


def draw_place(side: int, px_per_r90: float, rng: np.random.Generator) -> np.ndarray:
    """Draw x and y anywhere on the frame, except where a source would seem part of the galaxy."""
    while True:
        place = rng.uniform(1, side - 2, 2)
        if np.hypot(*(place - (side - 1) / 2)) > 1.1 * px_per_r90:
            return place


def add_star(
    light: np.ndarray, place: np.ndarray, magnitude: float, rng: np.random.Generator
) -> None:
    """Add a star's light to the four pixels around its place; faint stars may be red dwarfs."""
    dwarf = rng.random() < 0.5 / (1 + np.exp(19 - magnitude))
    colour, red_excess = (1.4, rng.uniform(0, 0.7)) if dwarf else (rng.normal(0.4, 0.2), -0.15)
    (x, y), (right, down) = np.floor(place).astype(int), place % 1
    shares = np.float32(np.outer([1 - down, down], [1 - right, right]))
    fluxes = np.float32(nanomaggies(max(magnitude, 10))) * band_fluxes(colour, red_excess)
    light[y : y + 2, x : x + 2] += shares[..., None] * fluxes


def star_image(side: int, fwhm_px: float, rng: np.random.Generator) -> np.ndarray:
    """The image of a star at pixel [0, 0], (side, side, 3), summing to 1 in each band.

    Moffat's profile (1969, with beta = 3), more blurred in bluer bands, with the faint spikes of
    the telescope's spider. The bands are offset by a fraction of a pixel, which colours sharp
    cores.
    """
    image = np.empty((side, side, 3), np.float32)
    grid = fft.fftfreq(side, 1 / side).astype(np.float32)
    for band, blur in enumerate((0.95, 1.0, 1.07)):
        dx, dy = rng.normal(0, 0.15, 2).astype(np.float32)
        x, y = grid[None, :] - dx, grid[:, None] - dy
        square = x**2 + y**2
        moffat = (1 + square * (4 * (2 ** (1 / 3) - 1) / (blur * fwhm_px) ** 2)) ** -3
        spikes = np.exp(-np.abs(x * y) / 4) / (1 + square / 16) * (square < 60**2)
        image[..., band] = moffat / moffat.sum() + 0.004 * spikes / spikes.sum()
    return image / image.sum(axis=(0, 1))


def convolved(sky: np.ndarray, star: np.ndarray) -> np.ndarray:
    """Light as spread by the atmosphere and the telescope, (side, side, 3)."""
    spectrum = fft.rfft2(sky, axes=(0, 1)) * fft.rfft2(star, axes=(0, 1))
    return fft.irfft2(spectrum, s=sky.shape[:2], axes=(0, 1))


def sky_level(side: int, rng: np.random.Generator) -> np.ndarray:
    """Residual sky light, rarely with the red glow of a bright star, (side, side, 3)."""
    level = np.tile(rng.normal(0, 0.003, 3).astype(np.float32), (side, side, 1))
    if rng.random() < 0.03:
        grid = centred(side) / np.float32(side / 2)
        along, across = rotated(grid[None, :], grid[:, None], rng.uniform(0, 2 * np.pi))
        glow = rng.lognormal(np.log(0.08), 1.0) * np.exp(2 * along - 1 - 0.3 * across**2)
        level += glow[..., None].astype(np.float32) * np.float32([1.0, 0.4, 0.2])
    return level


def satellite_trail(side: int, rng: np.random.Generator) -> np.ndarray:
    """A straight trail near the centre, mostly in one band, as the bands are exposed in turn."""
    grid = centred(side)
    _, across = rotated(grid[None, :], grid[:, None], rng.uniform(0, 2 * np.pi))
    profile = np.exp(-0.5 * ((across - rng.uniform(-4, 4)) / 1.2) ** 2)
    return profile[..., None] * np.roll(np.float32([1.0, 0.3, 0.15]), rng.integers(3))


def survey_picture(sky: np.ndarray) -> np.ndarray:
    """Stretch and colour light as in Lupton et al. 2004, (side, side, 3) uint8, via a JPEG."""
    red, green, blue = np.moveaxis(np.minimum(sky * BAND_WEIGHTS, WHITE), -1, 0)
    with np.errstate(invalid="ignore"):  # pixels without any light
        colours = make_lupton_rgb(red, green, blue, stretch=LUPTON_STRETCH, Q=LUPTON_Q)
    return np.asarray(Image.open(io.BytesIO(jpeg(colours, SURVEY_QUALITY))))


def cut_out(frame: np.ndarray, px_per_r90: float, turn: float, centre_px: np.ndarray) -> np.ndarray:
    """Rotate a frame by `turn` radians and resample to Galaxy Zoo's scale, (424, 424, 3) uint8.

    Its centre is moved by `centre_px` (2,), right and down.
    """
    step = px_per_r90 / PX_PER_R90
    cos, sin = step * np.cos(turn), step * np.sin(turn)
    middle = len(frame) / 2
    right, down = SIZE_PX / 2 + centre_px
    x_row = (cos, sin, middle - right * cos - down * sin)
    y_row = (-sin, cos, middle + right * sin - down * cos)
    picture = Image.fromarray(frame).transform(
        (SIZE_PX, SIZE_PX),
        Image.Transform.AFFINE,
        (*x_row, *y_row),
        Image.Resampling.BICUBIC,
    )
    return np.asarray(picture)
