"""Load a clean ledger of companies: every error by row and column, all or nothing."""

from .ledger import Outcome, import_companies
from .reading import Ledger, LedgerRefusedError, read_ledger, read_sheet
from .values import CellError

__all__ = [
    "CellError",
    "Ledger",
    "LedgerRefusedError",
    "Outcome",
    "import_companies",
    "read_ledger",
    "read_sheet",
]
