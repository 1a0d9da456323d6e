"""Settings of every process of the service, read from the environment (12-factor); one file on purpose."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.environment import BASE_DIR, secret, setting

MODE = setting("MODE", "demo")
if MODE not in {"demo", "production", "test"}:
    raise ImproperlyConfigured(f"MODE must be demo, production or test, not {MODE!r}")
PRODUCTION = MODE == "production"
DEBUG = False

SECRETS_DIR = Path(setting("SECRETS_DIR", str(BASE_DIR / "var" / "secrets")))
VAR_DIR = Path(setting("VAR_DIR", str(BASE_DIR / "var")))
BLOB_DIR = Path(setting("BLOB_DIR", str(VAR_DIR / "blobs")))
SECRET_KEY = secret("django_secret", "" if PRODUCTION else "only-for-commands-before-setup-made-a-secret")
if PRODUCTION and (not SECRET_KEY or (SECRETS_DIR / "DEMO").exists()):
    raise ImproperlyConfigured("Production mode needs its own secrets: none were found, or those of the demo are mounted.")

PUBLIC_URL = setting("PUBLIC_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = setting("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in setting("CSRF_TRUSTED_ORIGINS").split(",") if origin]

INSTALLED_APPS = [
    "core",
    "accounts",
    "screening",
    "followup",
    "partners",
    "dev",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]
if PRODUCTION:
    INSTALLED_APPS.remove("dev")

MIDDLEWARE = [
    "core.middleware.RequestLog",
    "core.middleware.DatabaseDown",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.BodyLimits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "core.pages.shell",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": setting("PGHOST", "127.0.0.1"),
        "PORT": setting("PGPORT", "5432"),
        "NAME": setting("PGDATABASE", "screening"),
        "USER": setting("PGUSER", "app"),
        "PASSWORD": setting("PGPASSWORD") or secret("pg_" + setting("PGUSER", "app")),
        "CONN_MAX_AGE": int(setting("CONN_MAX_AGE", "0")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 3, "options": "-c lock_timeout=10000 -c statement_timeout=30000 -c timezone=UTC"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = setting("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "/sign-in/"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
PATIENT_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": BLOB_DIR, "allow_overwrite": True, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

UPLOAD_MAX_BYTES = 50 * 1024 * 1024
UPLOAD_MAX_PIXELS = 100_000_000
UPLOAD_MIN_SIDE = 128
FILE_UPLOAD_HANDLERS = ["core.uploads.EncryptingUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["knox.auth.TokenAuthentication", "core.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.StrangersJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.Renderer"],
    "DEFAULT_SCHEMA_CLASS": "core.schema.Schema",
    "EXCEPTION_HANDLER": "core.problems.exception_handler",
    "DEFAULT_PAGINATION_CLASS": "core.api.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.PerActor"],
    "DEFAULT_THROTTLE_RATES": {"actor": setting("RATE_ACTOR", "600/min"), "upload": setting("RATE_UPLOAD", "300/min")},
    # How many proxies of ours stand before the service; none means that no header is believed about where a caller is.
    "NUM_PROXIES": int(setting("PROXIES", "0")),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=30), "AUTH_HEADER_PREFIX": "Bearer", "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Screening API",
    "DESCRIPTION": "Photo, reading, signature, next step, reminder. Screening reference, not a diagnosis.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

# Partners' programs get tokens from allauth's identity provider (client credentials only); nobody signs in through allauth.
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# One try, no pause: kombu would otherwise keep a sender waiting six seconds for a dead broker.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "visibility_timeout": 3600,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False

# Unsigned results may be shown to patients only where the house decides so; in production a doctor answers first.
RELEASE_UNSIGNED = setting("RELEASE_UNSIGNED", "0" if PRODUCTION else "1") == "1"
# The only house rule that moves the clock: fault and journey tests set the hour so that quiet hours hold still.
CLOCK_SHIFT_SECONDS = 0 if PRODUCTION else int(setting("CLOCK_SHIFT_SECONDS", "0"))
# What computes readings in this process (docs/operations.md): ONNX Runtime, or torch on CPU or a GPU.
ENGINE = setting("ENGINE", "onnx")
ENGINE_DEVICE = setting("ENGINE_DEVICE", "cpu")
ENGINE_PRECISION = setting("ENGINE_PRECISION", "fp32")
READING_CENTRE_NAME = setting("READING_CENTRE_NAME", "Demo reading centre")

WECHAT_URL = setting("WECHAT_URL", "http://127.0.0.1:8099")
WECHAT_APPID = setting("WECHAT_APPID", "demo-appid")
WECHAT_SECRET = secret("wechat_secret", "demo-secret")
WECHAT_TEMPLATE_ID = setting("WECHAT_TEMPLATE_ID", "recheck-reminder")

LOGGING_CONFIG = "core.logs.configure"
LOGGING = {"level": setting("LOG_LEVEL", "INFO")}
