"""Bundle styles and scripts, draw the icon sprite, compile the translations."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from deploy.common import (
    NODE_MODULES,
    ROOT,
    base_environment,
    files_under,
    fingerprint,
    is_done,
    mark_done,
    run,
    say,
    stop,
)

SOURCE = ROOT / "crm" / "static" / "crm"
DIST = SOURCE / "dist"
# What a page may load; a part that only one page needs has its own bundle.
ENTRIES = [
    "css/app.css",
    "css/styleguide.css",
    "css/templates.css",
    "css/timeline.css",
    "js/app.js",
    "js/pinyin.js",
    "js/capture.js",
    "js/desk.js",
    "js/sign.js",
    "js/sha256.js",
    "js/timeline.js",
]
# The oldest browsers inside WeChat and DingTalk that officers still carry.
TARGET = "chrome87,safari14.1"
ICON_LIST = SOURCE / "icons.txt"
ICONS = NODE_MODULES / "@tabler" / "icons" / "icons"
# Line, width and ends come from `.icon` in css/base.css: said once, not per icon.
SYMBOL = '<symbol id="{id}" viewBox="0 0 24 24">{body}</symbol>'
FILLED = '<symbol id="{id}" viewBox="0 0 24 24" fill="currentColor">{body}</symbol>'


def provide() -> None:
    """Build everything whose sources changed since the last time."""
    compile_messages()
    stamp = DIST / ".built-from"
    wanted = fingerprint(
        *files_under([SOURCE / "css", SOURCE / "js"], ".css", ".js", ".svg"),
        *[path for path in [ICON_LIST] if path.is_file()],
        ROOT / "package-lock.json",
        Path(__file__),
    )
    if is_done(stamp, wanted):
        return
    say("Building the assets")
    DIST.mkdir(parents=True, exist_ok=True)
    bundle()
    if ICON_LIST.is_file():
        (DIST / "icons.svg").write_text(sprite(ICON_LIST.read_text()))
    mark_done(stamp, wanted)


def bundle() -> None:
    entries = [f"{SOURCE / name}" for name in ENTRIES if (SOURCE / name).is_file()]
    if not entries:
        return
    esbuild = [str(NODE_MODULES / ".bin" / "esbuild"), *entries, "--bundle"]
    options = ["--minify", "--format=iife", f"--target={TARGET}", "--log-level=warning"]
    names = [f"--outdir={DIST}", "--entry-names=[name]", "--loader:.svg=dataurl"]
    run([*esbuild, *options, *names])


def sprite(text: str) -> str:
    """Join the icons named in the list, one to a line; `filled/x` is the solid cut."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    names = sorted({line for line in lines if line})
    symbols = "".join(symbol(name) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def symbol(name: str) -> str:
    style, _, plain = name.rpartition("/")
    path = ICONS / (style or "outline") / f"{plain}.svg"
    if not path.is_file():
        stop(f"crm/static/crm/icons.txt names an icon that Tabler lacks: {name}")
    found = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(), re.DOTALL)
    body = re.sub(r"\s*\n\s*", "", found[1] if found else "")
    body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", body)
    body = body.replace(" />", "/>")
    form = FILLED if style == "filled" else SYMBOL
    return form.format(id=name.replace("/", "-"), body=body)


def compile_messages() -> None:
    """Turn each catalogue that is newer than its compiled form into one."""
    for source in sorted(ROOT.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        checked = ["msgfmt", "--check-format", "-o", str(target), str(source)]
        done = subprocess.run(checked, check=False, env=base_environment())
        if done.returncode:
            stop(f"The translations in {source.relative_to(ROOT)} have a mistake.")


if __name__ == "__main__":
    provide()
