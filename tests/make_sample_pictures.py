"""Draws the pictures of the sample content: `python tests/make_sample_pictures.py`.

Each is a sea with coasts, as on a nautical chart: the depth lines are the coast drawn many times,
widest first. Every picture has one light with an amber beam. The script always draws the same.
"""

import io
import math
import random
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[1] / "healthyboost" / "sample" / "pictures"
WIDTH, HEIGHT = 1600, 1067
SEA, LINE, COAST, LAND = "#eaf3f3", "#86b6ba", "#0b5563", "#fdfdfb"
AMBER, PINK = "#e9a02c", "#e0568f"
DEPTHS = (416, 312, 224, 152, 92, 44)


# Shapes: strings for the `d` of an SVG path.
def smooth(points):
    """A closed line that runs softly past `points`."""
    following = points[1:] + points[:1]
    middle = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(points, following, strict=True)]
    start = "M{:.1f} {:.1f}".format(*middle[-1])
    curves = (
        "Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*p, *m) for p, m in zip(points, middle, strict=True)
    )
    return start + "".join(curves) + "z"


def island(x, y, radius, seed):
    chance = random.Random(seed)
    turn, flat = chance.random() * math.tau, 0.6 + chance.random() * 0.35
    phases = [chance.random() * math.tau for _ in range(3)]
    points = []
    for step in range(16):
        angle = step / 16 * math.tau
        reach = radius * (
            0.9
            + 0.2 * math.sin(2 * angle + phases[0])
            + 0.18 * math.sin(3 * angle + phases[1])
            + 0.1 * math.sin(5 * angle + phases[2])
            + 0.2 * (chance.random() - 0.5)
        )
        across, along = reach * math.cos(angle), reach * flat * math.sin(angle)
        points.append(
            (
                x + across * math.cos(turn) - along * math.sin(turn),
                y + across * math.sin(turn) + along * math.cos(turn),
            )
        )
    return smooth(points)


def shore(*heights):
    """Land along the lower edge; `heights` of the coast from left to right."""
    gap = (WIDTH + 800) / (len(heights) - 1)
    coast = [(i * gap - 400, height) for i, height in enumerate(heights)]
    return smooth([*coast, (WIDTH + 700, HEIGHT + 700), (-700, HEIGHT + 700)])


def circle(x, y, radius):
    half = f"a{radius} {radius} 0 1 0"
    return f"M{x - radius} {y}{half} {2 * radius} 0{half} {-2 * radius} 0z"


# Elements: strings of SVG.
def line(shape, color=COAST, width=6, more=""):
    return (
        f'<path d="{shape}" fill="none" stroke="{color}" stroke-width="{width}"'
        f' stroke-linecap="round" stroke-linejoin="round" {more}/>'
    )


def area(shape, color=LAND, more=""):
    return f'<path d="{shape}" fill="{color}" {more}/>'


def coasts(land, depths=DEPTHS):
    """`land` with its depth lines."""
    rings = "".join(line(land, LINE, w) + line(land, SEA, w - 7) for w in depths)
    return rings + line(land, COAST, 10) + area(land)


def beam(x, y, direction, spread=24, reach=2000):
    corners = [
        (x + reach * math.cos(math.radians(a)), y + reach * math.sin(math.radians(a)))
        for a in (direction - spread / 2, direction + spread / 2)
    ]
    shape = "M{} {}L{:.1f} {:.1f}L{:.1f} {:.1f}z".format(x, y, *corners[0], *corners[1])
    return area(shape, AMBER, 'opacity=".24"')


def light(x, y, radius=20):
    return area(circle(x, y, radius), AMBER)


def drawing(*elements):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}"><rect width="100%" height="100%" fill="{SEA}"/>'
        + "".join(elements)
        + "</svg>"
    )


# The pictures.
def video_meeting():
    """Twelve windows with an island in each; the light of the one that speaks reaches others."""
    columns, rows, gap = 4, 3, 22
    wide, high = (WIDTH - gap * (columns + 1)) / columns, (HEIGHT - gap * (rows + 1)) / rows
    windows, clips = [], []
    speaker = (1, 2)
    for row in range(rows):
        for column in range(columns):
            left, top = gap + column * (wide + gap), gap + row * (high + gap)
            chance = random.Random(f"window {row} {column}")
            x = left + wide * (0.5 + 0.12 * (chance.random() - 0.5))
            y = top + high * (0.5 + 0.12 * (chance.random() - 0.5))
            frame = f"M{left:.1f} {top:.1f}h{wide:.1f}v{high:.1f}h{-wide:.1f}z"
            name = f"window-{row}-{column}"
            clips.append(f'<clipPath id="{name}">{area(frame)}</clipPath>')
            land = island(x, y, 62 + chance.random() * 26, f"island {row} {column}")
            windows.append(f'<g clip-path="url(#{name})">{area(frame, SEA)}{coasts(land)}</g>')
            if (row, column) == speaker:
                here, its_frame = (round(x), round(y)), frame
    return drawing(
        area(f"M0 0h{WIDTH}v{HEIGHT}H0z"),
        f"<defs>{''.join(clips)}</defs>",
        *windows,
        beam(*here, 158, 30),
        line(its_frame, COAST, 8),
        light(*here),
    )


def training_film():
    """An island in the shape of a play sign; the scale bar tells how far the film has run."""
    corners = [(600, 452 - 290), (1090, 452), (600, 452 + 290)]
    chance = random.Random("coast of the film")
    points = []
    for (a, b), (c, d) in zip(corners, corners[1:] + corners[:1], strict=True):
        for part in (0.08, 0.2, 0.35, 0.5, 0.65, 0.8, 0.92):
            # Sides that bulge a little look straight among coasts.
            bulge = 0.26 * part * (1 - part) + 0.05 * (chance.random() - 0.5)
            points.append(
                (a + (c - a) * part + (d - b) * bulge, b + (d - b) * part - (c - a) * bulge)
            )
    land = smooth(points) + island(1420, 160, 54, "film 1") + island(190, 640, 66, "film 2")
    left, right, top, done = 150, 1450, 945, 676
    steps = 10
    step = (right - left) / steps
    marks = [
        area(f"M{left + i * step} {top}h{step}v18h{-step}z", COAST if i % 2 else LAND)
        for i in range(steps)
    ]
    bar = f"M{left} {top}H{right}v18H{left}z"
    return drawing(
        coasts(land),
        beam(705, 452, 0, 26),
        light(705, 452, 24),
        area(f"M0 {top - 60}H{WIDTH}V{HEIGHT}H0z", SEA),
        line(f"M0 {top - 60}H{WIDTH}", COAST, 6),
        *marks,
        line(bar, COAST, 5),
        area(circle(done, top + 9, 24), LAND),
        line(circle(done, top + 9, 24), COAST, 7),
    )


def bench(x, y, scale=1.0):
    """Seen from the front; (x, y) is the ground below its middle."""
    slats = [(-190, -226, 380), (-190, -176, 380), (-204, -104, 408)]
    legs = "M-150 -232V0M150 -232V0M-204 -150H-176V-92M204 -150H176V-92M-190 0V-92M190 0V-92"
    return (
        f'<g transform="translate({x} {y}) scale({scale})">{line(legs, COAST, 14)}'
        + "".join(
            f'<rect x="{a}" y="{b}" width="{w}" height="36" rx="8" fill="{PINK}"'
            f' stroke="{COAST}" stroke-width="7"/>'
            for a, b, w in slats
        )
        + "</g>"
    )


def pink_benches():
    """Two benches on two shores, with a narrow sound between them."""
    chance = random.Random("two shores")
    left = [(-300, 560), (-60, 548), (160, 520), (380, 536), (560, 590), (640, 690), (600, 800)]
    left += [(500, 880), (460, 1000), (400, 1300), (-300, 1300)]
    right = [
        (1900, 700),
        (1660, 640),
        (1440, 628),
        (1230, 660),
        (1060, 700),
        (960, 780),
        (990, 880),
    ]
    right += [(1100, 950), (1130, 1060), (1200, 1300), (1900, 1300)]
    rough = [
        [(x + 30 * (chance.random() - 0.5), y + 30 * (chance.random() - 0.5)) for x, y in side]
        for side in (left, right)
    ]
    land = (
        smooth(rough[0])
        + smooth(rough[1])
        + island(1090, 170, 76, "rock")
        + island(330, 130, 50, "skerry")
    )
    return drawing(
        coasts(land, (560, *DEPTHS)),
        beam(600, 650, -17, 20),
        bench(296, 810),
        bench(1316, 930),
        light(600, 650),
    )


def cycling_route():
    """A bicycle on the coast: its wheels are ringed like islands, its lamp shows the way."""
    land = shore(740, 730, 712, 724, 740, 730, 690, 690, 720, 770, 760, 730)
    rear, front, radius = (400, 646), (900, 646), 172
    crank, seat, head, fork = (612, 676), (538, 430), (826, 400), (846, 464)

    def tube(*points):
        return line("M" + "L".join(f"{x} {y}" for x, y in points), COAST, 16)

    wheels = "".join(
        area(circle(*wheel, radius), LAND)
        + "".join(line(circle(*wheel, ring), LINE, 4) for ring in (148, 120, 88, 52))
        + line(circle(*wheel, radius), COAST, 14)
        + area(circle(*wheel, 14), COAST)
        for wheel in (rear, front)
    )
    frame = (
        tube(rear, crank, seat, rear)
        + tube(crank, fork)
        + tube((532, 410), (828, 408))
        + tube(front, fork, head, (816, 366), (872, 350))
        + tube(seat, (524, 384))
        + line("M478 380H570", COAST, 24)
        + area(circle(*crank, 40), LAND)
        + line(circle(*crank, 40), COAST, 10)
        + tube(crank, (648, 744))
        + line("M620 748H678", COAST, 16)
    )
    route = "M-50 916C120 924 260 908 400 908H1140C1260 908 1340 872 1440 876S1580 916 1660 910"
    skerries = island(1250, 170, 70, "lamp 1") + island(1490, 300, 38, "lamp 2")
    return drawing(
        coasts(land + skerries + island(170, 190, 58, "lamp 3")),
        beam(1036, 474, 12, 20),
        line(route, COAST, 40),
        line(route, LAND, 28),
        line(route, COAST, 4, 'stroke-dasharray="26 26"'),
        f'<g transform="translate(160 70)">{wheels}{frame}</g>',
        light(1036, 474, 22),
    )


def sports_ground_board():
    """A board on two posts: a plan of the ground with its equipment; the light is here."""
    ground = shore(930, 905, 880, 872, 880, 884, 872, 880, 905, 930)
    left, top, wide, high = 330, 120, 940, 600
    panel = f"M{left} {top}h{wide}v{high}h{-wide}z"
    plan = smooth(
        [(410, 330), (500, 215), (690, 190), (900, 215), (1080, 180), (1190, 270), (1180, 420)]
        + [(1200, 560), (1060, 640), (860, 610), (700, 650), (520, 640), (425, 540), (445, 430)]
    )
    rings = "M520 480V320H660V480M566 320V374M614 320V374"
    rings += circle(566, 390, 16) + circle(614, 390, 16)
    ladder = "M890 380V240M1000 380V240M890 268H1000M890 308H1000M890 348H1000"
    steps = "M930 540h50v-34h50v-34h50v-34h44"
    balance = "M600 570H790M630 570V600M760 570V600"
    here = (780, 440)
    paths = [
        "M780 440C756 460 724 474 688 486",
        "M780 440C800 410 830 385 862 375",
        "M780 440C830 490 900 500 925 510",
        "M780 440C760 500 720 530 700 540",
    ]
    posts = f"M{left + 130} {top + high}V960M{left + wide - 130} {top + high}V960"
    low_plan = smooth(
        [(690, 850), (740, 830), (820, 834), (880, 826), (908, 850), (850, 872), (740, 874)]
    )
    table = "M560 900L620 800H980L1040 900z"
    return drawing(
        coasts(
            ground + island(120, 240, 66, "board 1") + island(1470, 300, 80, "board 2"),
            (560, *DEPTHS),
        ),
        line(posts, COAST, 30),
        area(panel),
        f'<clipPath id="panel">{area(panel)}</clipPath>',
        f'<g clip-path="url(#panel)">{area(panel, SEA)}{coasts(plan, DEPTHS[2:])}',
        *(line(path, LINE, 12, 'stroke-dasharray="1 22"') for path in paths),
        beam(*here, -44, 24, 620),
        "</g>",
        line(panel, COAST, 14),
        *(line(shape, COAST, 13) for shape in (rings, ladder, steps, balance)),
        light(*here),
        area(table),
        line(table, COAST, 10),
        line(low_plan, LINE, 30) + line(low_plan, LAND, 22) + line(low_plan, COAST, 8),
        area(low_plan),
        line("M700 908V1010M900 908V1010", COAST, 18),
    )


def school_meal():
    """A plate as a round island; an egg yolk is the light and points to one of three seasons."""
    x, y, radius = 800, 533, 360
    plate = circle(x, y, radius)
    fork = "M206 300V430C206 504 298 504 298 430V300M252 300V800"
    knife = "M1380 300C1330 360 1330 480 1352 560L1380 566V800M1380 300V566"
    seasons = [
        line(
            f"M{x} {y}l{292 * math.cos(math.radians(a)):.0f} {292 * math.sin(math.radians(a)):.0f}",
            LINE,
            5,
        )
        for a in (90, 210, 330)
    ]
    apple = smooth(
        [(800, 318), (840, 292), (886, 318), (884, 378), (846, 424), (800, 414)]
        + [(754, 424), (716, 378), (714, 318), (760, 292)]
    )
    carrot = smooth(
        [(580, 576), (632, 586), (684, 648), (736, 744), (660, 706), (592, 660), (560, 612)]
    )
    beet = smooth(
        [(1000, 590), (1050, 620), (1052, 672), (1010, 706), (968, 722), (946, 760), (940, 718)]
        + [(908, 690), (900, 640), (936, 600)]
    )
    egg = smooth(
        [(800, 450), (862, 470), (890, 522), (872, 578), (824, 606), (764, 600), (722, 566)]
        + [(716, 510), (744, 466)]
    )
    return drawing(
        coasts(plate, (620, 500, 400, 312, 224, 152, 92, 44)),
        line(circle(x, y, 300), LINE, 5),
        *seasons,
        f'<clipPath id="rim">{area(circle(x, y, 300))}</clipPath>',
        f'<g clip-path="url(#rim)">{beam(x, y, 32, 40, 500)}</g>',
        *(area(food) + line(food, COAST, 9) for food in (apple, carrot, beet)),
        line("M800 314C798 290 806 270 826 252M812 284C840 262 868 262 890 272", COAST, 9),
        line("M572 586C550 560 524 560 516 536M572 586C576 550 556 532 560 506", COAST, 9),
        line("M660 648L688 630M632 670L610 684", COAST, 7),
        line("M968 600C960 570 972 548 962 522M984 596C990 566 1016 552 1020 530", COAST, 9),
        line("M930 650C960 668 1000 664 1030 646", LINE, 6),
        area(egg) + line(egg, COAST, 9),
        light(800, 528, 42),
        line(fork, COAST, 14),
        area(knife, LAND) + line(knife, COAST, 14),
    )


PICTURES = {
    "video-meeting": video_meeting,
    "training-film": training_film,
    "pink-benches": pink_benches,
    "cycling-route": cycling_route,
    "sports-ground-board": sports_ground_board,
    "school-meal": school_meal,
}


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, draw in PICTURES.items():
            page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{draw()}")
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            # Few flat colours: a palette makes the file a third of the size.
            picture.quantize(64, kmeans=1, dither=Image.Dither.NONE).save(
                FOLDER / f"{name}.png", optimize=True
            )
        browser.close()


if __name__ == "__main__":
    main()
