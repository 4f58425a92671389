"""Where a place stands on `static/img/baltic.svg`: Lambert conformal conic, 1100 x 960 units.

Standard parallels 55 and 64 degrees north, meridian 24 degrees east; the constants are those of the
drawing. Helsinki stands at (559, 412), Umeå at (427, 180).
"""

from dataclasses import dataclass
from math import atan2, cos, degrees, pi, radians, sin, tan

CONE, SCALE = 0.8625213531, 1.7996338928
WIDTH, HEIGHT = 1100, 960
MIDDLE_OF_THE_SEA = (57.2, 19.4)


def project(latitude, longitude):
    """(x, y) in units of the drawing, of degrees north and east."""
    rho = 3600 * SCALE / tan(pi / 4 + radians(latitude) / 2) ** CONE
    theta = CONE * radians(longitude - 24)
    return 530 + rho * sin(theta), rho * cos(theta) - 1657.944


@dataclass
class Mark:
    """A place on the chart: a light with a beam, a dot, or a dot with a ring."""

    x: int
    y: int
    label: str = ""
    url: str = ""
    is_light: bool = False
    is_lead: bool = False
    is_here: bool = False
    # Where the label stands, as the drawing needs it.
    label_x: int = 0
    label_y: int = 0
    anchor: str = "start"

    @property
    def beam(self):
        """Degrees from the mark to the middle of the sea, where every beam points."""
        x, y = project(*MIDDLE_OF_THE_SEA)
        return round(degrees(atan2(y - self.y, x - self.x)))


def mark(place, label="", url="", **kind):
    """The Mark of anything with latitude and longitude; None where these are not known or off the map."""
    if place.latitude is None or place.longitude is None:
        return None
    x, y = (round(value) for value in project(float(place.latitude), float(place.longitude)))
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        return None
    return Mark(x, y, label, url, **kind)


def merged(marks):
    """One mark a point: places that share a city share a mark, and the stronger sign is shown."""
    points = {}
    for each in filter(None, marks):
        known = points.setdefault((each.x, each.y), each)
        known.is_light |= each.is_light
        known.is_lead |= each.is_lead
        if each.is_light and not known.url:
            known.label, known.url = each.label, each.url
    return list(points.values())


# Where a label may stand: shift in units of the drawing at 21 units of type, and its anchor.
STANDS = [
    (16, 7, "start"),
    (0, -18, "middle"),
    (0, 32, "middle"),
    (10, -12, "start"),
    (12, 26, "start"),
    (-16, 7, "end"),
    (-10, -12, "end"),
    (-12, 26, "end"),
]


def place_labels(marks, size=21):
    """Put each label, `size` units high, where it meets least: no mark, no beam, no other label."""
    boxes = [(each.x - 9, each.y - 9, each.x + 9, each.y + 9) for each in marks]
    boxes += [beam_box(each) for each in marks if each.is_light]
    for each in sorted((m for m in marks if m.label), key=lambda m: (not m.is_light, m.y)):
        stands = [stand(each, size, place) for place in STANDS]
        costs = [
            (sum(10 for other in boxes if meets(box, other)) + 40 * leaves_chart(box), order)
            for order, (box, *_rest) in enumerate(stands)
        ]
        box, each.label_x, each.label_y, each.anchor = stands[min(costs)[1]]
        boxes.append(box)
    return marks


def stand(each, size, place):
    """(box, x, y, anchor) of the label of a mark at one of STANDS."""
    dx, dy, anchor = place
    dx, dy = dx * max(1, size / 28), dy * max(1, size / 24)
    width = len(each.label) * size * 0.56
    left = each.x + dx - {"start": 0, "middle": width / 2, "end": width}[anchor]
    top = each.y + dy - size * 0.8
    return (left, top, left + width, top + size), round(each.x + dx), round(each.y + dy), anchor


def beam_box(each):
    tip_x = each.x + 40 * cos(radians(each.beam))
    tip_y = each.y + 40 * sin(radians(each.beam))
    return min(each.x, tip_x), min(each.y, tip_y) - 8, max(each.x, tip_x), max(each.y, tip_y) + 8


def leaves_chart(box):
    # The lowest fifth of a box is room for letters that reach below the line.
    return box[0] < 60 or box[2] > WIDTH or box[1] < 10 or box[3] > HEIGHT - 8


def meets(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
