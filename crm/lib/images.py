"""Make a photo that may be kept out of whatever was sent. For forked children only.

Nothing of the received bytes survives: pixels are decoded, turned upright, stamped and
encoded again; EXIF, thumbnails, profiles and anything appended stay behind.
"""

import io
import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pi_heif
from PIL import Image, ImageDraw, ImageFile, ImageFont, ImageOps

FORMATS: Final = ["JPEG", "PNG", "WEBP", "HEIF"]
# Longest edge of what is kept, and of the copy that reports embed.
FULL: Final = 2048
REPORT: Final = 1000
QUALITY: Final = 85
# Where Debian keeps a font with Chinese; a site may name its own.
FONTS: Final = (
    os.environ.get("CRM_STAMP_FONT", ""),
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
)
# A signature is a few strokes; a larger picture is something else.
SIGNATURE: Final = 1600

pi_heif.register_heif_opener()


@dataclass(frozen=True)
class Made:
    """What became of one picture."""

    width: int
    height: int
    full: bytes
    report: bytes

    def packed(self) -> bytes:
        """One string of bytes, for the way out of a child."""
        head = json.dumps([self.width, self.height, len(self.full)]).encode()
        return head + b"\n" + self.full + self.report

    @classmethod
    def unpacked(cls, data: bytes) -> "Made":
        head, _, rest = data.partition(b"\n")
        width, height, size = json.loads(head)
        return cls(width, height, rest[:size], rest[size:])


def warm_up() -> None:
    """Load the decoders and the font once, before the first fork."""
    Image.init()
    font(24)


def make_photo(data: bytes, lines: list[str], most_pixels: int) -> bytes:
    """Upright, at most 2048 pixels long, stamped, JPEG; and the copy for reports."""
    image = opened(data, most_pixels)
    image = ImageOps.exif_transpose(image)
    image.thumbnail((FULL, FULL), Image.Resampling.LANCZOS)
    plain = on_white(image)
    small = plain.copy()
    small.thumbnail((REPORT, REPORT), Image.Resampling.LANCZOS)
    for one in (plain, small):
        stamp(one, lines)
    return Made(*plain.size, full=jpeg(plain), report=jpeg(small)).packed()


def make_signature(data: bytes, most_pixels: int) -> bytes:
    """Strokes on a clear ground, PNG, without anything else that was in the file."""
    image = opened(data, most_pixels).convert("RGBA")
    image.thumbnail((SIGNATURE, SIGNATURE), Image.Resampling.LANCZOS)
    bare = Image.frombytes("RGBA", image.size, image.tobytes())
    buffer = io.BytesIO()
    bare.save(buffer, "PNG", optimize=True)
    return Made(*bare.size, full=buffer.getvalue(), report=b"").packed()


def opened(data: bytes, most_pixels: int) -> Image.Image:
    """Decode, but never more pixels than allowed: the head says how many there are."""
    # WeasyPrint, in the same worker, lets half a picture pass for a whole one.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    width, height = image.size
    if width * height > most_pixels:
        raise ValueError(f"{width} × {height} pixels are too many")
    if image.format == "JPEG":
        # The decoder itself can halve: less memory and time for large photos.
        image.draft("RGB", (FULL, FULL))
    image.load()
    return image


def on_white(image: Image.Image) -> Image.Image:
    """Colours without transparency, and without anything but pixels."""
    if "A" in image.getbands() or "transparency" in image.info:
        clear = image.convert("RGBA")
        image = Image.new("RGB", clear.size, "white")
        image.paste(clear, mask=clear.getchannel("A"))
    plain = image.convert("RGB")
    return Image.frombytes("RGB", plain.size, plain.tobytes())


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue()


def stamp(image: Image.Image, lines: list[str]) -> None:
    """Write the lines into the picture's lower edge, light on dark."""
    if not lines:
        return
    size = max(11, round(max(image.size) / 58))
    face, pad = font(size), size // 2
    fitting = [fitted(line, face, image.width - 2 * pad) for line in lines]
    height = round(size * 1.4) * len(fitting) + pad
    box = (0, image.height - height - pad // 2, image.width, image.height)
    band = Image.new("RGB", (box[2], box[3] - box[1]), "black")
    image.paste(Image.blend(image.crop(box), band, 0.55), box[:2])
    draw = ImageDraw.Draw(image)
    top = box[1] + pad // 2
    for number, line in enumerate(fitting):
        at = (pad, top + number * round(size * 1.4))
        draw.text(at, line, font=face, fill="white")


def fitted(line: str, face: Any, width: int) -> str:  # Any: Pillow's two font classes
    """The line, cut with an ellipsis where the picture ends."""
    if face.getlength(line) <= width:
        return line
    while line and face.getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"


@cache
def font(size: int) -> Any:  # Any: Pillow's two font classes
    for path in FONTS:
        if path and os.path.isfile(path):
            # 2: the cut for simplified Chinese of Noto's collection.
            index = 2 if path.endswith(".ttc") else 0
            return ImageFont.truetype(path, size, index=index)
    return ImageFont.load_default(size)
