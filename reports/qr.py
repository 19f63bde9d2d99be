"""QR codes, made here: no service is asked."""

from io import BytesIO

import segno


def qr_png(text: str, scale: int = 6) -> bytes:
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=scale, border=2)
    return out.getvalue()
