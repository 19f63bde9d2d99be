"""How fast the site is here and now: `make bench`."""
