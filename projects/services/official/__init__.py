"""官方进度: rows of the national system compared with ours, and taken over."""

from .judging import Judged, Verdict, judge
from .taking import take_statuses
from .uploads import AT_ONCE, keep_statuses, queue_kept, rows_in, take_kept

__all__ = [
    "AT_ONCE",
    "Judged",
    "Verdict",
    "judge",
    "keep_statuses",
    "queue_kept",
    "rows_in",
    "take_kept",
    "take_statuses",
]
