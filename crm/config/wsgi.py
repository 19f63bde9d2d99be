import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from crm import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.config.settings")
application = get_wsgi_application()
checks.refuse_unless_safe()
# Workers are forked from here: each must open its own connection.
connections.close_all()
