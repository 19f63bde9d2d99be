"""Answer `prepare` or `probe` as one JSON object on the last line, inside the site."""

from __future__ import annotations

import json
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    inside = import_module("deploy.bench.inside")
    print(json.dumps(getattr(inside, sys.argv[1])()))
