"""Look-alikes from an index of rare pieces, and what history says of a new ticket."""

from .backtesting import Score, backtest
from .finding import Neighbour, neighbours_of
from .indexing import add, prune, rebuild
from .learning import learn_changed, learn_dispatched
from .suggesting import ensure, refresh, suggest, suggest_lead

__all__ = [
    "Neighbour",
    "Score",
    "add",
    "backtest",
    "ensure",
    "learn_changed",
    "learn_dispatched",
    "neighbours_of",
    "prune",
    "rebuild",
    "refresh",
    "suggest",
    "suggest_lead",
]
