"""Gunicorn for the demo and for production alike; the environment changes the numbers.

Sync workers are the fastest here, and need a proxy in front that buffers slow clients
(deploy/nginx.conf).
"""

import gc
import os

from deploy.common import VAR

wsgi_app = "crm.config.wsgi"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "sync"
# Loaded once and shared by all workers: half the memory.
preload_app = True
# Seconds: no page takes this long; the database gives up after 20.
timeout = 30
graceful_timeout = 10
# The heartbeat file: on a busy disk it would block the worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(VAR)
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
errorlog = "-"
# A larger head is not ours: cookies and addresses are short.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190


def when_ready(server: object) -> None:
    """Print the link that makes the first administrators, while there is none."""
    from django.core.management import call_command  # noqa: PLC0415 # after preload
    from django.db import DatabaseError, connections  # noqa: PLC0415

    try:
        call_command("setup_link")
    except DatabaseError as error:
        print(f"The database is not ready: {error}".strip(), flush=True)
    # Workers are forked next; a connection must not be shared between processes.
    connections.close_all()
    # What is loaded stays: looking through it for garbage takes a page 60 ms, at times.
    gc.collect()
    gc.freeze()
