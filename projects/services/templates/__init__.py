"""Approval templates: their versions, the items of drafts."""

from .checks import MOST_ITEMS, MOST_MATERIALS, Problem, problems_of
from .items import remove_item, save_item
from .outlines import outline_of, outline_of_item
from .uploads import keep_upload, outlines_in, take_upload
from .versions import (
    create_template,
    discard,
    name_draft,
    new_version,
    note_export,
    publish,
    take_outline,
)

__all__ = [
    "MOST_ITEMS",
    "MOST_MATERIALS",
    "Problem",
    "create_template",
    "discard",
    "keep_upload",
    "name_draft",
    "new_version",
    "note_export",
    "outline_of",
    "outline_of_item",
    "outlines_in",
    "problems_of",
    "publish",
    "remove_item",
    "save_item",
    "take_outline",
    "take_upload",
]
