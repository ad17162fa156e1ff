"""Django's settings: one file for the embedded, the scaled-out and the tested console."""

from __future__ import annotations

from datetime import timedelta

import environ
from csp.constants import NONE, SELF

from pki.kek import KekSource
from pki.limits import DEFAULT as LIMITS
from pkiadmin.env import PROJECT_FOLDER, read_env
from pkiadmin.tables import DEPENDANTS as DEPENDANTS
from pkiadmin.tables import JOB_KINDS as JOB_KINDS
from pkiadmin.tables import NAVIGATION as NAVIGATION
from pkiadmin.tables import PANELS as PANELS
from pkiadmin.tables import PREVIEWS as PREVIEWS
from pkiadmin.tables import RULES as RULES
from pkiadmin.tables import SCHEDULE as SCHEDULE
from pkiadmin.tables import USES as USES
from pkiadmin.version import running_version

ENV = read_env()
VERSION = running_version()
DATA_FOLDER = ENV.data_folder

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.hosts
CSRF_TRUSTED_ORIGINS = [ENV.url]
KEK_SOURCE = KekSource(
    file=ENV.kek_file,
    variable=ENV.kek_variable,
    command=ENV.kek_command,
    may_make=ENV.kek_may_be_made,
)
# `jobs` and `audit` stand side by side and do not import each other.
RECORD_ACT = "audit.services.record.record"
EXTRA_COUNTRIES = ENV.extra_countries

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "js_lib_bootstrap5",
    "lucide",
    "ui",
    "jobs",
    "audit",
    "certificates",
    "truststores",
    "endpoints",
    "pkiadmin",
]

MIDDLEWARE = [
    "ui.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ui.middleware.SignedInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pkiadmin.one_time_passwords.OneTimePasswordMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ui.middleware.ZoneMiddleware",
    "ui.middleware.FormAddressMiddleware",
]

ROOT_URLCONF = "pkiadmin.urls"
WSGI_APPLICATION = "pkiadmin.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_FOLDER / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ui.context.chrome",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- database -----------------------------------------------------------------------------------
if ENV.database_url:
    DATABASES = {"default": environ.Env.db_url_config(ENV.database_url)}
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_FOLDER / "pkiadmin.sqlite3",
            "OPTIONS": {
                # Deferred transactions that turn into writers fail at once with "database is
                # locked"; immediate ones wait for their turn.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # The cache of pages fills up and stays, in every process: with 64 MiB a worker
                # grew from 78 to 148 MiB. An import takes more for as long as it runs.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;"
                    "PRAGMA wal_autocheckpoint=20000; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    }

# -- broker and cache ---------------------------------------------------------------------------
REDIS_URL = ENV.redis_url
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "pkiadmin",
    }
}

# -- sign-in ------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["pkiadmin.sign_in.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "pkiadmin.accounts.ClosedAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Browsers offer security keys to pages that came by HTTPS only.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if ENV.https else [])]
MFA_TOTP_ISSUER = "pkiadmin"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# -- transport ----------------------------------------------------------------------------------
PROXIES = ENV.proxies
SECURE_SSL_REDIRECT = ENV.https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if ENV.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.https
SECURE_HSTS_PRELOAD = ENV.https
SESSION_COOKIE_SECURE = ENV.https
CSRF_COOKIE_SECURE = ENV.https
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# -- uploads: they stay in memory, never in a temporary file ---------------------------------------
FILE_UPLOAD_HANDLERS = ["ui.uploads.BoundedMemoryUploadHandler"]
UPLOAD_MAX_BYTES = LIMITS.input_bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = LIMITS.input_bytes + 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000

# -- static files -------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_FOLDER / "static"
STATICFILES_DIRS = [PROJECT_FOLDER / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# -- words and zones ----------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# -- mail: the digests of what ends ----------------------------------------------------------------
vars().update(environ.Env.email_url_config(ENV.email_url))
DEFAULT_FROM_EMAIL = ENV.mail_from
EMAIL_TIMEOUT = 20
NOTICE_RECIPIENTS = ENV.notice_recipients
# Where links in a mail lead.
CONSOLE_URL = ENV.url

# -- the way out: hosts that are not public and may be asked for CRLs, or probed, all the same -------
INTERNAL_CRL_HOSTS = ENV.internal_crl_hosts
INTERNAL_PROBE_HOSTS = ENV.internal_probe_hosts
HISTORY_KEPT = timedelta(days=ENV.history_days)

LOGGING_CONFIG = "pkiadmin.logging.configure"
LOGGING = {"env": ENV}
