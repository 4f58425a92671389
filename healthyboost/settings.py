"""All settings. Production is the default: what is missing is listed in MISSING and stops the start."""

from pathlib import Path

import environ
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import html_tags
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent

# 1. Environment: nothing below this block reads it.
env = environ.Env()
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-development" if DEBUG else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else [])
DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASE_POOLER = env.bool("DATABASE_POOLER", default=False)
HTTPS = env.bool("HTTPS", default=not DEBUG)
# Servers in front of the portal that add who asks to X-Forwarded-For; the shipped nginx is one.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1 if HTTPS else 0)
SITE_ADDRESS = (
    env.str("SITE_ADDRESS", default="")
    or f"{'https' if HTTPS else 'http'}://{(ALLOWED_HOSTS or ['localhost'])[0].lstrip('.')}"
).rstrip("/")
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))()
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))()
EMAIL = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25")
EMAIL_FOLDER = env.str("EMAIL_FOLDER", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@example.org")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="text" if DEBUG else "json")  # for people, for programs
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # of who may ask for /metrics
SENTRY_DSN = env.str("SENTRY_DSN", default="")
NEWSLETTER_FROM_EMAIL = env.str("NEWSLETTER_FROM_EMAIL", default=DEFAULT_FROM_EMAIL)
NEWSLETTER_REPLY_TO = env.str("NEWSLETTER_REPLY_TO", default="")
MAILS_PER_SECOND = env.float("MAILS_PER_SECOND", default=10.0)  # of a newsletter; 0: no limit
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")  # where newsletters come back to
BOUNCE_INBOX = env.str("BOUNCE_INBOX", default="")  # imaps://user:password@host/INBOX
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=True)
MACHINE_TRANSLATION = env.str("MACHINE_TRANSLATION", default="")
MACHINE_TRANSLATION_KEY = env.str("MACHINE_TRANSLATION_KEY", default="")
MACHINE_TRANSLATION_TIMEOUT = env.float("MACHINE_TRANSLATION_TIMEOUT", default=30.0)
MACHINE_TRANSLATION_BUDGET = env.int("MACHINE_TRANSLATION_BUDGET", default=500_000)
MACHINE_TRANSLATION_PRICE = env.float("MACHINE_TRANSLATION_PRICE", default=0.0)

# Address of the licence of the portal's data, such as https://creativecommons.org/licenses/by/4.0/.
# Empty until the owner has decided: no licence is claimed that nobody gave.
DATA_LICENCE = env.str("DATA_LICENCE", default="")

SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")  # for /.well-known/security.txt
SEARCH_ENGINES = env.bool("SEARCH_ENGINES", default=not DEBUG)
INDEXNOW_KEY = env.str("INDEXNOW_KEY", default="")
INDEXNOW_SERVICE = env.str("INDEXNOW_SERVICE", default="https://api.indexnow.org/indexnow")

MISSING = [
    name
    for name, value in {
        "SECRET_KEY": SECRET_KEY,
        "ALLOWED_HOSTS": ALLOWED_HOSTS,
        "DATABASE_URL": DATABASE_URL,
    }.items()
    if not value
]

# 2. Apps and middleware
INSTALLED_APPS = [
    "modeltranslation",
    "healthyboost.editing.site.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_tasks_db",
    "django_prose_editor",
    "reversion",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "healthyboost",
    "healthyboost.accounts",
    "healthyboost.content",
    "healthyboost.limits",
    "healthyboost.editing",
    "healthyboost.media",
    "healthyboost.glossary",
    "healthyboost.search",
    "healthyboost.wordings",
    "healthyboost.demand",
    "healthyboost.translation",
    "healthyboost.chart",
    "healthyboost.pages",
    "healthyboost.discovery",
    "healthyboost.sharing",
    "healthyboost.feeds",
    "healthyboost.cards",
    "healthyboost.api",
    "healthyboost.opendata",
    "healthyboost.redirects",
    "healthyboost.mailing",
    "healthyboost.audit",
    "healthyboost.privacy",
    "healthyboost.pagecache",
    "healthyboost.feedback",
    "healthyboost.operations",
    "partners",
    "pilots",
    "materials",
    "news",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "healthyboost.middleware.switch_off_features",
    "healthyboost.discovery.robots.keep_out",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "healthyboost.redirects.answering.count_missed",
    "healthyboost.middleware.one_answer_for_all_languages",
    "django.middleware.locale.LocaleMiddleware",
    "healthyboost.redirects.answering.answer_old_addresses",
    "healthyboost.middleware.refuse_nul",
    "healthyboost.demand.visits.count_visits",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "healthyboost.audit.noting.name_who_acts",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "healthyboost.wordings.in_context.edit_on_the_page",
]
ROOT_URLCONF = "healthyboost.urls"
WSGI_APPLICATION = "healthyboost.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["healthyboost.accounts.backends.GrantBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# 3. Database: PostgreSQL only. `healthyboost.database` starts an embedded one where that is allowed.
_database = env.db_url_config(DATABASE_URL) if DATABASE_URL else {"NAME": "healthyboost"}
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "healthyboost.postgresql",
        "OPTIONS": {
            # a server that is gone without a word is noticed while a reader still waits
            "connect_timeout": 5,
            # processes that help with a query, and machine code for it, cost more than our small queries;
            # what stands in between knows of no such options
            **(
                {}
                if DATABASE_POOLER
                else {"options": "-c max_parallel_workers_per_gather=0 -c jit=off"}
            ),
            **_database.get("OPTIONS", {}),
        },
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLER,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# 4. Languages: one list. A further language is a line here, `makemigrations` and a catalogue.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("lv", _("Latvian")),
    ("fi", _("Finnish")),
    ("sv", _("Swedish")),
    ("ru", _("Russian")),
]
MODELTRANSLATION_ENABLE_FALLBACKS = False  # a page falls back whole: content.models.Content.shown
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Helsinki"
TIME_ZONE_NAME = _("Helsinki time")

# 5. Templates, static files, uploads
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "healthyboost.context.frame",
            ]
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Beside what is compressed already: source maps, which nobody but a debugger asks for.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "tgz", "bz2", "tbz", "xz", "br"),
    *("swf", "flv", "woff", "woff2", "3gp", "3gpp", "asf", "avi", "m4v", "mov", "mp4"),
    *("mpeg", "mpg", "webm", "wmv", "avif", "map"),
)
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "healthyboost.media.storage.MediaStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "healthyboost.static_files.StaticFiles"
    },
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = [
    "healthyboost.media.uploads.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "healthyboost.media.uploads.RoomyFiles",
]
# What the text editor can do beside what it brings along (static/admin/writing.js).
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("admin/writing.js")],
        "extensions": {
            "Picture": html_tags(["img"], {"img": ["data-picture"]}),
            "Pasted": html_tags([]),
        },
    }
]

# 6. Security
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
X_FRAME_OPTIONS = "DENY"
# What a browser could do, and no page of ours asks for; {feature: beginnings of addresses that do}.
BROWSER_FEATURES = dict.fromkeys(
    """
    accelerometer autoplay browsing-topics camera clipboard-read display-capture encrypted-media
    gamepad geolocation gyroscope hid idle-detection local-fonts magnetometer microphone midi
    payment screen-wake-lock serial storage-access usb window-management xr-spatial-tracking
    """.split(),
    (),
) | {
    "clipboard-write": ("/admin/",),
    "publickey-credentials-create": ("/account/",),
    "publickey-credentials-get": ("/account/",),
}
CSRF_FAILURE_VIEW = "healthyboost.views.forbidden"
SESSION_ENGINE = "healthyboost.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"

# Signing in: allauth. Its limits are counted in a cache that all processes share.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {
            "MAX_ENTRIES": 20_000
        },  # fewer, and an attacker could push out her own failures
    }
}
ACCOUNT_ADAPTER = "healthyboost.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is accepted by mail
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"login": "healthyboost.accounts.forms.LoginForm"}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = (
    "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # knows one address: that of the user
)
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,50/5m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "healthyboost.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up with the address of another
MFA_FORMS = {"add_webauthn": "healthyboost.accounts.forms.AddPasskeyForm"}
MFA_TOTP_ISSUER = "Healthy Boost"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # for localhost

# 7. Mail and logging
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": EMAIL_FOLDER},
    }
    if EMAIL_FOLDER
    else {
        "BACKEND": EMAIL["EMAIL_BACKEND"],
        "OPTIONS": {
            name: EMAIL[f"EMAIL_{setting}"]
            for name, setting in {
                "host": "HOST",
                "port": "PORT",
                "username": "HOST_USER",
                "password": "HOST_PASSWORD",
                "use_tls": "USE_TLS",
                "use_ssl": "USE_SSL",
            }.items()
            if f"EMAIL_{setting}" in EMAIL and "smtp" in EMAIL["EMAIL_BACKEND"]
        }
        | ({"timeout": 30} if "smtp" in EMAIL["EMAIL_BACKEND"] else {}),
    }
}
MAILERS["default"] = {
    "BACKEND": "healthyboost.operations.mail.CountedMail",
    "OPTIONS": {"backend": MAILERS["default"]["BACKEND"], **MAILERS["default"]["OPTIONS"]},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "healthyboost.operations.logs."
            + ("JSONLines" if LOG_FORMAT == "json" else "TextLines")
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL},  # its own say things twice
        "django.server": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
    },
}
