"""Templates as files, JSON or Excel, and back."""

from .reading import Bad, Read, read_file
from .writing import as_json, as_rows

__all__ = ["Bad", "Read", "as_json", "as_rows", "read_file"]
