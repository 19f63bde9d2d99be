"""All settings. Values come from the environment; a bad one stops with a sentence."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .databases import database_from
from .env import (
    env,
    env_bool,
    env_hours,
    env_int,
    env_list,
    env_time,
    secret_from,
)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env("CRM_DATA_DIR") or BASE_DIR / "var").resolve()

# --- Environment ------------------------------------------------------------

CRM_ENV = env("CRM_ENV", "development")
PRODUCTION = CRM_ENV == "production"
DEBUG = env_bool("DEBUG")
# Demo accounts and "enter as …" buttons. Refused together with production.
DEMO = env_bool("DEMO")
if DEMO and PRODUCTION:
    raise ImproperlyConfigured("DEMO=1 and CRM_ENV=production exclude each other.")

# `make setup` writes the file: a key of its own for every installation.
SECRET_KEY = env("SECRET_KEY") or secret_from(DATA_DIR / "secret_key")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = "insecure-only-for-development-" + "0" * 30
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing. Put a long random value into the environment, "
        f"for example {secrets.token_urlsafe(12)}… (50 characters or more)."
    )

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
# Links in mails and PDFs are built from this, never from the Host header.
CRM_BASE_URL = env("CRM_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [CRM_BASE_URL]
# Who is believed when it says for whom it asks: our own proxy, on this machine.
CRM_PROXIES = env_list("CRM_PROXIES", "127.0.0.1,::1")

# --- Apps -------------------------------------------------------------------

INSTALLED_APPS = [
    "reports",
    "visits",
    "projects",
    "crm",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "axes",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "crm.lib.guards.BadInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.sessions.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crm.lib.http.DomainErrorMiddleware",
]

ROOT_URLCONF = "crm.config.urls"
WSGI_APPLICATION = "crm.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "crm.lib.templates.loader.Loader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "crm.templatetags.ui"],
        },
    },
]

# `{{ form }}` and each field look as templates/parts/_form.html and _field.html say.
FORM_RENDERER = "crm.lib.renderer.PartsRenderer"

# --- Database ---------------------------------------------------------------

DATABASES = {
    "default": database_from(env("CRM_DATABASE", f"sqlite://{DATA_DIR}/db.sqlite3"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

# --- Files ------------------------------------------------------------------

FILES_DIR = DATA_DIR / "files"
STORAGES = {
    "default": {
        "BACKEND": "crm.lib.storage.DurableStorage",
        "OPTIONS": {"location": str(FILES_DIR)},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# 仿宋 lies in the project, where the system's own configuration would not look.
if (fonts := BASE_DIR / "var" / "fonts.conf").is_file():
    os.environ.setdefault("FONTCONFIG_FILE", str(fonts))
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# One request never holds more than this in memory; photos are streamed to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Mail -------------------------------------------------------------------

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# Without a host nothing is mailed. "starttls" and "tls" verify the certificate.
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_SECURITY = env("EMAIL_SECURITY", "none")
if EMAIL_SECURITY not in {"none", "starttls", "tls"}:
    raise ImproperlyConfigured("EMAIL_SECURITY must be none, starttls or tls.")
EMAIL_USE_TLS = EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = EMAIL_SECURITY == "tls"
EMAIL_PORT = env_int(
    "EMAIL_PORT", {"none": 25, "starttls": 587, "tls": 465}[EMAIL_SECURITY]
)
EMAIL_HOST_USER = env("EMAIL_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_PASSWORD")
# Seconds for each step of the conversation: far below the lease of a delivery.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", "liaison@localhost")

# --- Language and time ------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = ["crm.formats"]

# --- Security ---------------------------------------------------------------

AUTH_USER_MODEL = "crm.User"
LOGIN_URL = "crm:login"
LOGIN_REDIRECT_URL = "reports:home"
LOGOUT_REDIRECT_URL = "crm:login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "crm.auth.LoginNameBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# "djbh": length >= 10, complexity, 90 days, history. "asvs": >= 15, no rotation.
CRM_PASSWORD_PROFILE = env("CRM_PASSWORD_PROFILE", "djbh")
AUTH_PASSWORD_VALIDATORS = [{"NAME": "crm.passwords.ProfileValidator"}]

# Five guesses, then a quarter of an hour's pause: at most 20 an hour per account.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCK_OUT_AT_FAILURE = True
AXES_LOCKOUT_PARAMETERS = ["username"]
# Account and phone of a person are counted as one.
AXES_USERNAME_CALLABLE = "crm.auth.lock_name"
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# Whoever keeps trying must not keep the owner of the account out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Not in the server's log; what was sent is kept nowhere (crm.auth.checked).
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
# The login view asks axes itself, and counting by address would lock whole offices.
SILENCED_SYSTEM_CHECKS = ["axes.W002", "axes.W006"]

SESSION_ENGINE = "crm.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "crm.views.errors.csrf_failure"
# Seconds: 30 minutes idle, 12 hours in all, written at most once a minute.
CRM_SESSION_IDLE = env_int("CRM_SESSION_IDLE", 30 * 60)
CRM_SESSION_ABSOLUTE = env_int("CRM_SESSION_ABSOLUTE", 12 * 60 * 60)
CRM_SESSION_TOUCH = 60

if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    if env_bool("CRM_BEHIND_PROXY", True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# --- API --------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["crm.api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "crm.api.parsing.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crm.api.errors.handler",
    "DEFAULT_PAGINATION_CLASS": "crm.api.pagination.KeysetPagination",
    "PAGE_SIZE": 25,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Company liaison",
    "VERSION": "1",
    "ENUM_NAME_OVERRIDES": {
        "TicketStatus": "visits.models.tickets.Ticket.Status",
        "TicketOutcome": "visits.models.tickets.Ticket.Outcome",
        "VisitStatus": "visits.models.visits.Visit.Status",
    },
}

# --- Tasks and logs ---------------------------------------------------------

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default"],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        # Their lines hold the addresses of robots, and with them the secret.
        "apprise": {"level": "CRITICAL"},
        "urllib3": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "WARNING")},
}

# --- Our own ----------------------------------------------------------------

# Key of the audit digests; kept apart so that SECRET_KEY can be changed.
CRM_AUDIT_KEY = env("CRM_AUDIT_KEY", SECRET_KEY)
# What hands a code to its phone: the dotted path of a function, or "none".
CRM_CODE_SENDER = env(
    "CRM_CODE_SENDER", "" if PRODUCTION else "crm.lib.code_senders.console"
)
# Codes an hour for one address: everybody in an office has the same.
CRM_CODES_PER_ADDRESS = env_int("CRM_CODES_PER_ADDRESS", 60)
# Where a company complains about how it is served: a number, and whose it is.
CRM_COMPLAINT_PHONE = env("CRM_COMPLAINT_PHONE", "12345")
CRM_COMPLAINT_TEXT = env("CRM_COMPLAINT_TEXT")
# Complaints about officers: working days to acknowledge and to answer them, for a unit
# head's statement, and until one that was answered and heard no word is closed.
CRM_COMPLAINT_ACK_DAYS = env_int("CRM_COMPLAINT_ACK_DAYS", 1)
CRM_COMPLAINT_ANSWER_DAYS = env_int("CRM_COMPLAINT_ANSWER_DAYS", 15)
CRM_COMPLAINT_STATEMENT_DAYS = env_int("CRM_COMPLAINT_STATEMENT_DAYS", 5)
CRM_COMPLAINT_CLOSE_DAYS = env_int("CRM_COMPLAINT_CLOSE_DAYS", 10)
# Per line and hour through the open form: complaints, and looks with a receipt code.
CRM_COMPLAINTS_PER_HOUR = env_int("CRM_COMPLAINTS_PER_HOUR", 10)
CRM_COMPLAINT_LOOKS_PER_HOUR = env_int("CRM_COMPLAINT_LOOKS_PER_HOUR", 60)
# Robots of group chats: the hosts that may be called, with their port if they have one.
# Without one nothing leaves the house but mail.
CRM_NOTICE_HOSTS = env_list("CRM_NOTICE_HOSTS")
# A file with the certificates of a closed network's own authority; and a proxy.
CRM_NOTICE_CA = env("CRM_NOTICE_CA")
CRM_NOTICE_PROXY = env("CRM_NOTICE_PROXY")
# On days off and between these hours only urgent notices leave the house.
CRM_QUIET_FROM = env_time("CRM_QUIET_FROM", "18:00")
CRM_QUIET_UNTIL = env_time("CRM_QUIET_UNTIL", "08:30")
# Days for which notices are kept; what they tell of stays.
CRM_NOTICE_DAYS = env_int("CRM_NOTICE_DAYS", 180)
# 无事不扰: this many visits by anyone in the window ask for a reason.
CRM_VISITS_IN_30_DAYS = env_int("CRM_VISITS_IN_30_DAYS", 2)
CRM_VISITS_IN_90_DAYS = env_int("CRM_VISITS_IN_90_DAYS", 4)
# Days after which a tagged company counts as not seen.
CRM_COVERAGE_DAYS = env_int("CRM_COVERAGE_DAYS", 60)
# Working days that a project's plan allows for preparing each item: the committed days
# begin with acceptance only, and a plan nobody can keep turns every lamp red.
CRM_PREPARE_DAYS = env_int("CRM_PREPARE_DAYS", 5)
# Working days late after which a matter proposes a supervision order by itself, and
# those that such an order gives for its answer.
CRM_ORDER_OVERDUE_DAYS = env_int("CRM_ORDER_OVERDUE_DAYS", 3)
CRM_ORDER_ANSWER_DAYS = env_int("CRM_ORDER_ANSWER_DAYS", 5)
# Working days left at which a lamp turns yellow.
CRM_YELLOW_DAYS = env_int("CRM_YELLOW_DAYS", 2)
# Working days in which a department accepts what was handed in, or says why not.
CRM_ADMIT_DAYS = env_int("CRM_ADMIT_DAYS", 5)
# Working days that a department may pause a ticket in all without asking its head.
CRM_PAUSE_ALONE_DAYS = env_int("CRM_PAUSE_ALONE_DAYS", 5)
# Working days of the longest pause that anybody may grant.
CRM_PAUSE_MOST_DAYS = env_int("CRM_PAUSE_MOST_DAYS", 60)
# Working days within which the company of a parked ticket hears again.
CRM_PARK_MOST_DAYS = env_int("CRM_PARK_MOST_DAYS", 30)
# Days after the close in which a company may say that it is not solved after all.
CRM_REOPEN_DAYS = env_int("CRM_REOPEN_DAYS", 60)
# When offices are open on working days; hours in which a new ticket is dispatched.
CRM_WORK_HOURS = env_hours("CRM_WORK_HOURS", "9:00-17:30")
CRM_DISPATCH_HOURS = env_int("CRM_DISPATCH_HOURS", 8)
# Days after its end in which a ticket, visit or agency can be rated.
CRM_RATE_DAYS = env_int("CRM_RATE_DAYS", 90)
# Ratings, second looks and dead links an hour of one network, without a login: a whole
# meeting room has one address.
CRM_PUBLIC_TRIES = env_int("CRM_PUBLIC_TRIES", 120)
# Days in which a company may say by a one-time link what came of an answer.
CRM_CONFIRM_LINK_DAYS = env_int("CRM_CONFIRM_LINK_DAYS", 14)
# Working days after an answer without the company's word: then its officer calls back.
CRM_CALLBACK_DAYS = env_int("CRM_CALLBACK_DAYS", 5)
# Working days in which the officer has called.
CRM_CALL_DAYS = env_int("CRM_CALL_DAYS", 5)
# Where a count stops and says "10,000+".
CRM_COUNT_CAP = 10_000
# Bytes and pixels of one photo; bytes of all files of one person per day.
CRM_PHOTO_MAX_BYTES = 12 * 1024 * 1024
CRM_PHOTO_MAX_PIXELS = 40_000_000
CRM_UPLOAD_DAILY_BYTES = 500 * 1024 * 1024
