"""Settings of the whole project. Everything an operator may change comes from the environment (table in the README)."""

from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF

from aura import environment
from aura.embedded import home
from aura.logs import LEVELS, logging_config
from aura.mail import transport
from aura.outside import outside
from aura.rest import DRF_STANDARDIZED_ERRORS as DRF_STANDARDIZED_ERRORS
from aura.rest import REST_FRAMEWORK as REST_FRAMEWORK
from aura.rest import SIMPLE_JWT as SIMPLE_JWT
from aura.rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from aura.storages import default_storage

django_stubs_ext.monkeypatch()

env = environment.Reader()
BASE_DIR = Path(__file__).resolve().parent.parent
home.load_environment()
AURA_HOME = home.home_directory()

DEBUG = env.flag("AURA_DEBUG")
SECRET_KEY = env.required("AURA_SECRET_KEY", "`manage.py up` makes one; elsewhere set 50 random letters.") or "-" * 50
AURA_SECRETS_KEYS = env.keys("AURA_SECRETS_KEYS")
ALLOWED_HOSTS = env.words("AURA_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.origins("AURA_TRUSTED_ORIGINS")
SITE_URL = env.url("AURA_SITE_URL", f"http://127.0.0.1:{env.number('AURA_PORT', 8000, low=1, high=65535)}")
HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "django_rq",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    *(f"aura.{name}" for name in ("tenancy", "http", "jobs", "embedded", "webhooks", "privacy", "media")),
    *("accounts", "audience", "compliments", "generation", "optimizer"),
]

MIDDLEWARE = [
    "aura.http.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "aura.http.middleware.ApiRules",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StaffScopeMiddleware",
]

ROOT_URLCONF = "aura.urls"
ASGI_APPLICATION = "aura.asgi.application"
WSGI_APPLICATION = "aura.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.shell",
            ],
            "builtins": ["lucide.templatetags.lucide", "django_cotton.templatetags.cotton", "aura.http.moments"],
        },
    }
]


def _database(url: str, *, pool: bool) -> dict[str, Any]:
    config = dict(dj_database_url.parse(url, conn_max_age=0 if pool else 60))
    options: dict[str, Any] = {"application_name": "aura"}
    if pool:
        options["pool"] = {"min_size": 2, "max_size": env.number("AURA_DB_POOL", 10, low=1, high=500), "timeout": 10}
    return config | {"OPTIONS": options, "CONN_HEALTH_CHECKS": not pool}


_postgres = ("postgres", "postgresql")
for _name in home.DATABASE_GROUP:
    env.url(_name, schemes=_postgres)
_nowhere = home.DatabaseUrls(*[home.NOT_STARTED] * 3)
_urls = env.attempt(home.database_urls, _nowhere) if not env.wrong else _nowhere
_pooled = env.flag("AURA_WEB_PROCESS")
DATABASES = {
    "default": _database(_urls.app, pool=_pooled),
    "staff": _database(_urls.staff, pool=False),
    "owner": _database(_urls.owner, pool=False),
}
DATABASE_ROUTERS = ["aura.tenancy.router.TenancyRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

for _name in ("AURA_REALTIME_WORKERS", "AURA_BULK_WORKERS"):
    env.number(_name, 1, low=1, high=64)
REDIS_URL = env.url("REDIS_URL", "redis://127.0.0.1:6379/0", schemes=("redis", "rediss", "unix"))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
RQ_QUEUES = {
    lane: {
        "URL": REDIS_URL,
        "DEFAULT_TIMEOUT": env.number("AURA_JOB_TIMEOUT", 3600, low=10),
        "SERIALIZER": "rq.serializers.JSONSerializer",
    }
    for lane in ("realtime", "bulk", "scheduler")
}

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# Sign-up and sign-in (M1): django-allauth with pages, letters and words of our own.
AURA_OPEN_SIGNUP = env.flag("AURA_OPEN_SIGNUP", True)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    name: f"accounts.forms.{form}"
    for name, form in {
        "login": "SignInForm",
        "signup": "SignUpForm",
        "reset_password": "ForgottenForm",
        "reset_password_from_key": "NewPasswordForm",
        "change_password": "ChangePasswordForm",
        "set_password": "SetPasswordForm",
        "reauthenticate": "ReauthenticateForm",
        "add_email": "ChangeEmailForm",
    }.items()
}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Aura"
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.ActivateForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("AURA_BEHIND_PROXY") else 0

_mail = env.text("AURA_MAIL_URL", "console://")
globals().update(env.attempt(lambda: transport(_mail), transport("console://")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("AURA_MAIL_FROM", "Aura <aura@localhost>")

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "aura" / "static"]
STORAGES = {
    "default": default_storage(env),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = Path(env.text("AURA_MEDIA", str(AURA_HOME / "media")))
MEDIA_URL = ""
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = env.text("AURA_COOKIE", "aura_session")
SECURE_SSL_REDIRECT = env.flag("AURA_SSL_REDIRECT", HTTPS)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("AURA_BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
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
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

LOGGING_CONFIG = None
LOGGING = logging_config(json_lines=env.flag("AURA_LOG_JSON", True), level=env.choice("AURA_LOG_LEVEL", "INFO", LEVELS))
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"

# Limits of the house (M5, M6); numbers an operator may raise.
AURA_LANE_LIMITS = {
    "realtime": env.number("AURA_REALTIME_LIMIT", 1000, low=1),
    "bulk": env.number("AURA_BULK_LIMIT", 5000, low=1),
}
# Requests a minute: of an address nobody is known at, of a user, of an API key, of a heavy endpoint, of uploads.
AURA_LIMITS = {
    "anonymous": env.number("AURA_LIMIT_ANONYMOUS", 60, low=1),
    "user": env.number("AURA_LIMIT_USER", 600, low=1),
    "key": env.number("AURA_LIMIT_KEY", 600, low=1),
    "heavy": env.number("AURA_LIMIT_HEAVY", 5, low=1),
    "upload": env.number("AURA_LIMIT_UPLOAD", 30, low=1),
}
AURA_JOB_LEASE = env.number("AURA_JOB_LEASE", 60, low=2, high=3600)
# Seconds between two heartbeats of a progress socket; the pages take 45 seconds of silence for a lost one.
AURA_LIVE_HEARTBEAT = env.number("AURA_LIVE_HEARTBEAT", 20, low=1, high=40)
AURA_JOB_TIMEOUT = env.number("AURA_JOB_TIMEOUT", 3600, low=10)
AURA_JOB_RETENTION_DAYS = env.number("AURA_JOB_RETENTION_DAYS", 30, low=1)
AURA_WEBHOOK_RETENTION_DAYS = env.number("AURA_WEBHOOK_RETENTION_DAYS", 30, low=1)
AURA_IMPORT_MAX_BYTES = env.number("AURA_IMPORT_MAX_MB", 2048, low=1, high=102400) * 2**20
AURA_PICTURES = env.flag("AURA_FETCH_PICTURES", True)
AURA_ALLOW_LOOPBACK = env.flag("AURA_ALLOW_LOOPBACK")
AURA_K_ANONYMITY = env.number("AURA_K_ANONYMITY", 10, low=5, high=1000)
AURA_CLASSIFY_BATCH = env.number("AURA_CLASSIFY_BATCH", 2048, low=1, high=8192)
# Under this key people are hashed who were erased or opted out (M13); empty: it follows from the secret key.
AURA_PRIVACY_KEY = env.text("AURA_PRIVACY_KEY")

# Where secrets and errors may come from and go to; all of it is off unless set.
AURA_VAULT = {
    "url": env.url("AURA_VAULT_URL"),
    "token": env.text("AURA_VAULT_TOKEN"),
    "namespace": env.text("AURA_VAULT_NAMESPACE"),
    "mount": env.text("AURA_VAULT_MOUNT", "secret"),
    "path": env.text("AURA_VAULT_PATH", "aura"),
    "role_id": env.text("AURA_VAULT_ROLE_ID"),
    "secret_id": env.text("AURA_VAULT_SECRET_ID"),
    "ca": env.text("AURA_VAULT_CA"),
}
AURA_PROVIDER_SECRETS = {
    "apify": env.text("APIFY_TOKEN"),
    "gemini": env.text("GEMINI_API_KEY"),
    "instagram": env.text("INSTAGRAM_TOKEN"),
    "openai": env.text("OPENAI_API_KEY"),
    "replicate": env.text("REPLICATE_API_TOKEN"),
}
AURA_OUTSIDE = outside(env)
AURA_METRICS_TOKEN = env.text("AURA_METRICS_TOKEN")
AURA_SENTRY_DSN = env.url("AURA_SENTRY_DSN")
AURA_OTLP_URL = env.url("AURA_OTLP_URL")
AURA_ENVIRONMENT = env.text("AURA_ENVIRONMENT", "production")

# Said all at once, by the system checks and at the start of every process (aura.tenancy).
AURA_WRONG_SETTINGS = env.wrong
