"""What happens to answers without a word in the morning, without anybody's press."""

from visits.services import callbacks


def open_callbacks() -> str:
    """Open what is due; run twice or by several, it opens each once."""
    return f"{callbacks.open_callbacks()} opened"
