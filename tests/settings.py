"""The site's settings, with only what makes tests fast and closed."""

import atexit
import os
import shutil
import tempfile

# Whatever the developer's shell carries must not change what is tested.
for name in [name for name in os.environ if name.startswith("CRM_")]:
    if not name.startswith("CRM_TEST_"):
        del os.environ[name]
for name in ("ALLOWED_HOSTS", "DEBUG", "DEMO", "LOG_LEVEL"):
    os.environ.pop(name, None)

# One folder per process, so that parallel tests never meet.
DATA = tempfile.mkdtemp(prefix="crm-tests-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.environ["CRM_DATA_DIR"] = DATA
os.environ["SECRET_KEY"] = "for-tests-only-" + "0" * 40
os.environ["CRM_DATABASE"] = (
    os.environ.get("CRM_TEST_DATABASE") or f"sqlite://{DATA}/db.sqlite3"
)

from crm.config.settings import *  # noqa: E402, F403
from crm.config.settings import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, as in real life: the queue of writers does not exist in memory.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATA}/test.sqlite3"}
# Its flush may empty the tables of events.
INSTALLED_APPS = ["tests.appendonly", *INSTALLED_APPS]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "tests.tasks.RaisingBackend", "QUEUES": ["default"]}}
# Names of built files are looked up without a manifest: tests need no collectstatic.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
