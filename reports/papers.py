"""Set an official paper: HTML in, PDF out. Only the worker imports this module.

WeasyPrint, its fonts and its layout engine cost more than 100 MiB; web processes
stay without them (tests/test_web_process.py).
"""

import logging
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from math import sqrt
from pathlib import Path
from typing import Any

from django.conf import settings

# Before the first import: fontconfig reads it once. The file adds the fonts that the
# set-up unpacked (仿宋) to those of the system.
if (_fonts := Path(settings.DATA_DIR) / "fonts.conf").exists():
    os.environ.setdefault("FONTCONFIG_FILE", str(_fonts))

import pypdfium2
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "paper:"
STYLES = Path(__file__).parent / "paper"
OFFICIAL = "official"
# Points become pixels: 144 to the inch.
SHARP = 2.0
MOST_PIXELS = 40_000_000


@dataclass(frozen=True)
class Paper:
    """A finished PDF, how many pages it has, and what its reader must know."""

    pdf: bytes
    pages: int
    warnings: list[str] = field(default_factory=list)


class OwnAssets(URLFetcher):
    """Knows the given pictures under `paper:name` and nothing else: no file, no net."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__()
        self.assets = assets

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        body = self.assets.get(url.removeprefix(SCHEME))
        if not url.startswith(SCHEME) or body is None:
            raise ValueError(f"not an asset of this paper: {url[:80]}")
        return URLFetcherResponse(url, body, {"Content-Type": "image/*"})


class MissingGlyphs(logging.Handler):
    """Collects what WeasyPrint complains of, so that a report can say so."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage()[:200])


@cache
def fonts() -> FontConfiguration:
    """One per process: with a new one for each paper a process grew to 931 MB."""
    return FontConfiguration()


@cache
def stylesheet(name: str) -> weasyprint.CSS:
    return weasyprint.CSS(filename=str(STYLES / f"{name}.css"), font_config=fonts())


def render(html: str, assets: Mapping[str, str], style: str = OFFICIAL) -> Paper:
    """Lay the page out. `assets` are pictures in base64, by the names in the HTML."""
    pictures = {name: b64decode(body) for name, body in assets.items()}
    collector, log = MissingGlyphs(), logging.getLogger("weasyprint")
    log.addHandler(collector)
    try:
        document = weasyprint.HTML(
            string=html, url_fetcher=OwnAssets(pictures), base_url=None
        ).render(stylesheets=[stylesheet(style)], font_config=fonts())
        pdf = document.write_pdf()
    finally:
        log.removeHandler(collector)
    assert pdf is not None, "no target was named, so the bytes come back"
    return Paper(pdf, len(document.pages), collector.lines)


def render_plain(
    html: str, assets: Mapping[str, str], style: str = OFFICIAL
) -> dict[str, Any]:
    """`render` for a child process: what it returns is plain JSON."""
    # From 1.52 on Pango asks a thread for fonts, and a forked child has none of its
    # parent's: with the parent's map it would wait for ever.
    fonts.cache_clear()
    stylesheet.cache_clear()
    paper = render(html, assets, style)
    return plain(paper, paper.pdf)


def render_picture(
    html: str, assets: Mapping[str, str], style: str = OFFICIAL
) -> dict[str, Any]:
    """The first page as PNG, for a child process too."""
    fonts.cache_clear()
    stylesheet.cache_clear()
    paper = render(html, assets, style)
    return plain(paper, png_of(paper.pdf))


def png_of(pdf: bytes) -> bytes:
    """As sharp as a screen shows it, but no larger than one can be asked for."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        wide, high = page.get_size()
        scale = min(SHARP, sqrt(MOST_PIXELS / (wide * high)))
        picture = page.render(scale=scale).to_pil()
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def plain(paper: Paper, body: bytes) -> dict[str, Any]:
    encoded = b64encode(body).decode()
    return {"body": encoded, "pages": paper.pages, "warnings": paper.warnings}


def warm_up() -> None:
    """Load fonts and layout once, so that forked children start warm."""
    render("<h1>一</h1><h2>二</h2><h3>三</h3><p>123 𠮷䶮</p>", {})
