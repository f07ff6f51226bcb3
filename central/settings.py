"""Django's settings. What differs from server to server comes from the environment; the commands put it there.

`HAILONG_CENTRAL_DATA_DIR` names the data folder, `DATABASE_URL` the database. Without them (tools that only look at the
models) there is no server: its secret is thrown away with the process.
"""

import os
import secrets
from pathlib import Path

from central.database import parameters
from central.place import Place
from central.server import DEFAULT_URL, Server
from sync.protocol import MOST_BYTES

_folder = os.environ.get("HAILONG_CENTRAL_DATA_DIR")
PLACE = Place(Path(_folder)) if _folder else None
PUBLIC_URL = os.environ.get("HAILONG_CENTRAL_URL", DEFAULT_URL).rstrip("/")
HAILONG = Server(PLACE, PUBLIC_URL) if PLACE else None
SECRET_KEY = PLACE.secret("django").hex() if PLACE else secrets.token_hex()

DEBUG = False
ALLOWED_HOSTS = ["*"]  # nothing is ever built from the Host header; links use PUBLIC_URL
ROOT_URLCONF = "central.urls"
WSGI_APPLICATION = "central.wsgi.application"
INSTALLED_APPS = [
    "central",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
]
MIDDLEWARE = ["central.api.middleware.ApiMiddleware"]
DATA_UPLOAD_MAX_MEMORY_SIZE = MOST_BYTES
_database = os.environ.get("DATABASE_URL")
DATABASES = {"default": parameters(_database)} if _database else {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
