"""Photos that look as if taken on site, and signatures: drawn, nobody's."""

from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1280, 960
SPARE = 64
Colour = tuple[int, int, int]


def photo(random: Random) -> bytes:
    """A workshop, a yard or a meeting room, as JPEG."""
    scene = random.choice((workshop, workshop, yard, meeting))
    # Half the size and back: edges as soft as through a telephone's lens.
    image = scene(random).reduce(2).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    left, top = random.randrange(SPARE), random.randrange(SPARE)
    image = Image.blend(
        image, grain().crop((left, top, left + WIDTH, top + HEIGHT)), 0.07
    )
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


@cache
def grain() -> Image.Image:
    """Noise, made once and used in another cut each time."""
    return Image.effect_noise((WIDTH + SPARE, HEIGHT + SPARE), 22).convert("RGB")


def canvas(top: Colour, bottom: Colour) -> Image.Image:
    ramp = Image.linear_gradient("L").resize((1, HEIGHT))
    column = Image.composite(
        Image.new("RGB", (1, HEIGHT), bottom), Image.new("RGB", (1, HEIGHT), top), ramp
    )
    return column.resize((WIDTH, HEIGHT))


def shade(random: Random, colour: Colour, by: int = 18) -> Colour:
    shift = random.randint(-by, by)
    red, green, blue = (max(0, min(255, part + shift)) for part in colour)
    return red, green, blue


def workshop(random: Random) -> Image.Image:
    """A hall in perspective: roof beams, lamps, machines along the aisle."""
    image = canvas((176, 184, 188), (120, 124, 122))
    draw = ImageDraw.Draw(image)
    vanish = (WIDTH // 2 + random.randint(-120, 120), 380 + random.randint(-30, 30))
    floor = shade(random, (142, 146, 138))
    draw.polygon(
        [
            (0, HEIGHT),
            (WIDTH, HEIGHT),
            (vanish[0] + 90, vanish[1]),
            (vanish[0] - 90, vanish[1]),
        ],
        fill=floor,
    )
    for x in range(-200, WIDTH + 400, 160):
        draw.line([(x, 0), vanish], fill=(120, 128, 134), width=5)
    for step in range(9):
        near = 0.16 + step * 0.1
        y = vanish[1] - (vanish[1] + 40) * near
        draw.line([(0, y), (WIDTH, y)], fill=(106, 114, 120), width=3 + step)
        lamp = vanish[0] + (step % 2 * 2 - 1) * 190 * near
        draw.ellipse(
            [lamp - 34 * near, y - 8, lamp + 34 * near, y + 12], fill=(250, 248, 226)
        )
    paint = random.choice(
        [(62, 104, 132), (70, 120, 92), (150, 104, 60), (108, 112, 124)]
    )
    for side in (-1, 1):
        for step in range(6):
            machine(random, draw, vanish, side, 0.2 + step * 0.16, paint)
    for _ in range(random.randint(1, 3)):
        person(random, draw, random.randint(300, 980), random.randint(560, 760), 1.0)
    return image


def machine(
    random: Random,
    draw: ImageDraw.ImageDraw,
    vanish: tuple[int, int],
    side: int,
    near: float,
    paint: Colour,
) -> None:
    x = vanish[0] + side * (120 + 560 * near)
    y = vanish[1] + 430 * near
    width, height = 210 * near, 250 * near
    colour = shade(random, paint, 26)
    draw.rectangle([x - width / 2, y - height, x + width / 2, y], fill=colour)
    draw.rectangle(
        [x - width / 2, y - height, x + width / 2, y - height * 0.86],
        fill=shade(random, (210, 212, 206)),
    )
    for row in range(3):
        top = y - height * (0.7 - row * 0.18)
        draw.rectangle(
            [x - width * 0.36, top, x + width * 0.1, top + height * 0.09],
            fill=(38, 44, 50),
        )
    light = random.choice([(90, 190, 96), (222, 178, 52), (206, 70, 60)])
    draw.ellipse(
        [x + width * 0.24, y - height * 0.68, x + width * 0.36, y - height * 0.6],
        fill=light,
    )


def yard(random: Random) -> Image.Image:
    """A plant from outside: sky, halls with windows, a truck on the yard."""
    image = canvas((150, 190, 222), (226, 232, 232))
    draw = ImageDraw.Draw(image)
    ground = 640
    draw.rectangle([0, ground, WIDTH, HEIGHT], fill=shade(random, (150, 150, 144)))
    x = -random.randint(0, 120)
    while x < WIDTH:
        width, height = random.randint(240, 420), random.randint(170, 330)
        wall = shade(
            random, random.choice([(206, 202, 190), (176, 190, 200), (214, 196, 170)])
        )
        draw.rectangle([x, ground - height, x + width, ground], fill=wall)
        draw.polygon(
            [
                (x - 8, ground - height),
                (x + width + 8, ground - height),
                (x + width / 2, ground - height - 46),
            ],
            fill=shade(random, (90, 110, 132)),
        )
        for row in range(height // 90):
            for column in range(width // 70):
                left, top = x + 22 + column * 68, ground - height + 26 + row * 84
                draw.rectangle(
                    [left, top, left + 42, top + 48],
                    fill=shade(random, (96, 122, 140), 30),
                )
        x += width + random.randint(8, 50)
    truck(random, draw, random.randint(160, 700), ground + random.randint(80, 160))
    return image


def truck(random: Random, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    box = shade(random, random.choice([(52, 92, 150), (190, 60, 52), (230, 230, 226)]))
    draw.rectangle([x, y - 150, x + 330, y], fill=box)
    draw.rectangle([x + 340, y - 110, x + 440, y], fill=shade(random, (200, 70, 50)))
    draw.rectangle([x + 370, y - 98, x + 432, y - 56], fill=(60, 78, 92))
    for wheel in (x + 50, x + 130, x + 390):
        draw.ellipse([wheel - 28, y - 22, wheel + 28, y + 34], fill=(30, 32, 34))
        draw.ellipse([wheel - 11, y - 5, wheel + 11, y + 17], fill=(150, 152, 154))


def meeting(random: Random) -> Image.Image:
    """A meeting room: a long table, people around it, a screen."""
    image = canvas((222, 218, 208), (198, 190, 176))
    draw = ImageDraw.Draw(image)
    draw.rectangle([430, 130, 850, 370], fill=(44, 58, 78))
    for row in range(4):
        draw.rectangle(
            [470, 170 + row * 46, 470 + random.randint(160, 330), 186 + row * 46],
            fill=(196, 208, 220),
        )
    for place in range(random.randint(5, 8)):
        person(random, draw, 150 + place * 140, 560 + abs(place - 3) * 14, 0.9)
    draw.polygon(
        [(170, HEIGHT), (WIDTH - 170, HEIGHT), (930, 610), (350, 610)],
        fill=shade(random, (122, 84, 56)),
    )
    for _ in range(9):
        x, y = random.randint(360, 900), random.randint(660, 880)
        draw.rectangle([x, y, x + 74, y + 44], fill=(242, 242, 238))
    return image


def person(
    random: Random, draw: ImageDraw.ImageDraw, x: int, y: int, size: float
) -> None:
    coat = shade(
        random,
        random.choice([(48, 62, 92), (70, 74, 80), (126, 62, 54), (60, 96, 120)]),
    )
    draw.rounded_rectangle(
        [x - 42 * size, y - 40 * size, x + 42 * size, y + 130 * size], 22, fill=coat
    )
    draw.ellipse(
        [x - 27 * size, y - 102 * size, x + 27 * size, y - 44 * size],
        fill=shade(random, (206, 170, 142)),
    )
    draw.pieslice(
        [x - 30 * size, y - 108 * size, x + 30 * size, y - 52 * size],
        180,
        360,
        fill=random.choice([(34, 30, 28), (226, 178, 40)]),
    )


def signature(random: Random) -> bytes:
    """A quick hand on a screen, as PNG on white."""
    image = Image.new("RGB", (600, 220), "white")
    draw = ImageDraw.Draw(image)
    for stroke in range(random.randint(3, 5)):
        x, y = 50 + stroke * 110 + random.randint(-10, 10), random.randint(60, 140)
        points = [(x, y)]
        for _ in range(random.randint(5, 9)):
            x += random.randint(-14, 42)
            y = max(20, min(200, y + random.randint(-60, 60)))
            points.append((x, y))
        draw.line(
            points, fill=(20, 22, 30), width=random.choice((4, 5, 6)), joint="curve"
        )
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
