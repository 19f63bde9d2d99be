"""All addresses of supervision orders and of responsibility."""

from . import accountability, order_acts, orders

urls = [*orders.urls, *order_acts.urls, *accountability.urls]
