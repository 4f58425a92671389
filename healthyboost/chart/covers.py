"""A piece of coast for what has no photograph: the same one for the same name, always."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import cos, pi, radians, sin
from random import Random

WIDTH, HEIGHT = 400, 240
# Widths of the lines that repeat the coast, outermost first.
DEPTHS = [(width, round(width - 1.8, 1)) for width in (104, 78, 56, 38, 23, 11)]


@dataclass(frozen=True)
class Cover:
    """`land` and `beam` are path data, `light` is a point, in a field of 400 x 240 units."""

    land: str
    light: tuple[int, int]
    beam: str
    depths = DEPTHS


@lru_cache(maxsize=2048)
def cover(name):
    chance = Random(sha256(name.encode()).hexdigest())
    land, light = chance.choice([coast, skerries, sound])(chance)
    return Cover(land, light, beam(light, chance.randrange(150, 400)))


def coast(chance):
    light = (130, 80)
    islet = island(chance, 285, 52 + chance.random() * 25, 15)
    return shore(chance, 70, 38, south=True) + island(chance, *light, 26) + islet, light


def sound(chance):
    light = (190, 116)
    shores = shore(chance, 58, 26, south=True) + shore(chance, 46, 24, south=False)
    return shores + island(chance, *light, 19), light


def skerries(chance):
    spots = [(70, 70), (170, 150), (270, 70), (345, 165), (55, 190), (205, 45)]
    spots = [
        (round(x + chance.uniform(-15, 15)), round(y + chance.uniform(-12, 12)))
        for x, y in spots[: 5 + chance.randrange(2)]
    ]
    islands = "".join(island(chance, x, y, chance.uniform(12, 38)) for x, y in spots)
    return islands, chance.choice(spots[:3])


def island(chance, x, y, radius):
    """Path of a closed shape: an ellipse, turned, with three waves and some chance on its rim."""
    corners, turn, flat = (
        chance.randrange(13, 17),
        chance.uniform(0, 2 * pi),
        chance.uniform(0.5, 0.95),
    )
    waves = [chance.uniform(0, 2 * pi) for _wave in range(3)]
    points = []
    for corner in range(corners):
        angle = corner / corners * 2 * pi
        reach = radius * (
            0.85
            + 0.22 * sin(2 * angle + waves[0])
            + 0.2 * sin(3 * angle + waves[1])
            + 0.12 * sin(5 * angle + waves[2])
            + chance.uniform(-0.15, 0.15)
        )
        u, v = reach * cos(angle), reach * flat * sin(angle)
        points.append((x + u * cos(turn) - v * sin(turn), y + u * sin(turn) + v * cos(turn)))
    curve = "".join(
        f"Q{say(point)} {say(between(point, following))}"
        for point, following in zip(points, points[1:] + points[:1], strict=True)
    )
    return f"M{say(between(points[-1], points[0]))}{curve}z"


def shore(chance, depth, height, south):
    """Path of the land along the southern or the northern edge."""
    waves, points = [chance.uniform(0, 2 * pi) for _wave in range(2)], []
    for step in range(17):
        reach = depth + height * (
            0.7 * sin(step * 0.55 + waves[0])
            + 0.4 * sin(step * 1.3 + waves[1])
            + chance.uniform(-0.35, 0.35)
        )
        points.append((step * 30 - 40, HEIGHT - reach if south else reach))
    curve = "".join(
        f"Q{say(point)} {say(between(point, following))}"
        for point, following in zip(points[1:], points[2:], strict=False)
    )
    beyond = HEIGHT + 160 if south else -160
    return f"M{say(points[0])}{curve}L{say(points[-1])}L440 {beyond}L-40 {beyond}z"


def beam(light, direction):
    x, y = light
    ends = (radians(direction), radians(direction + 24))
    far = "L".join(f"{x + 460 * cos(angle):.0f} {y + 460 * sin(angle):.0f}" for angle in ends)
    return f"M{x} {y}L{far}z"


def between(one, other):
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def say(point):
    return f"{point[0]:.0f} {point[1]:.0f}"
