"""Django's settings. What differs from server to server comes from the environment; the commands put it there.

HAILONG_CENTRAL_DATA_DIR   the data folder
DATABASE_URL               the database
HAILONG_CENTRAL_URL        the address that terminals and people use
HAILONG_CENTRAL_POOL       so many connections are shared by the threads of a web process; none = one a thread

Without the first two (tools that only look at the models) there is no server: its secret is thrown away with the
process.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from central.database import parameters
from central.place import Place
from central.server import DEFAULT_URL, Server
from sync.protocol import MOST_BYTES

_folder = os.environ.get("HAILONG_CENTRAL_DATA_DIR")
_database = os.environ.get("DATABASE_URL")
PLACE = Place(Path(_folder)) if _folder else None
PUBLIC_URL = os.environ.get("HAILONG_CENTRAL_URL", DEFAULT_URL).rstrip("/")
HAILONG = Server(PLACE, PUBLIC_URL) if PLACE else None
SECRET_KEY = PLACE.secret("django").hex() if PLACE else secrets.token_hex()
_https = PUBLIC_URL.startswith("https://")

DEBUG = False
# A load balancer asks for /health by any name; what is for people is held to ours by `central.web.hosts`.
ALLOWED_HOSTS = ["*"]
PEOPLE_HOSTS = [str(urlsplit(PUBLIC_URL).hostname), "localhost", "127.0.0.1", "::1"]
ROOT_URLCONF = "central.urls"
WSGI_APPLICATION = "central.wsgi.application"
INSTALLED_APPS = [
    "central.apps.CentralConfig",
    "central.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "central.metrics.requests.RequestsMiddleware",
    "central.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "central.web.hosts.HostMiddleware",
    "central.web.nul.NulMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "central.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATA_UPLOAD_MAX_MEMORY_SIZE = MOST_BYTES
DATABASES = (
    {"default": parameters(_database, pool=os.environ.get("HAILONG_CENTRAL_POOL"))} if _database else {}
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
FORMAT_MODULE_PATH = ["central.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600  # links to log in
# Ten wrong passwords for one name from one address: a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # logins are in our log of changes

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
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
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Refusals are answers, not events: only mistakes of the server are worth a line.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.DisallowedHost": {"level": "ERROR"}},
}
