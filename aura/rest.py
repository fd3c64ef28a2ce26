"""How the API is put together: REST framework, its tokens, its errors and its schema. Nothing here is an operator's."""

from datetime import timedelta
from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiKeyAuthentication",
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.IsPerson"],
    "DEFAULT_THROTTLE_CLASSES": ["aura.http.throttles.Throttle"],
    "DEFAULT_RENDERER_CLASSES": ["aura.http.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["aura.http.parsers.BoundedJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "aura.http.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "aura.http.schema.Schema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,  # a changed password ends every token
    "UPDATE_LAST_LOGIN": False,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "aura.http.problems.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "aura.http.problems.ProblemFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": False,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Aura",
    "DESCRIPTION": "The workbench for people who run Instagram accounts.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # The schema is made outside of any scope, where the tenant managers refuse to work.
    "DEFAULT_QUERY_MANAGER": "_base_manager",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "aura.http.schema.complete"],
    "ENUM_NAME_OVERRIDES": {
        "ApiKeyStateEnum": "accounts.scopes.KEY_STATES",
        "ComplimentStatusEnum": "compliments.api.writing_shapes.STAGES",
        "ComplimentVerdictEnum": "compliments.models.writing.VERDICTS",
        "GenerationStatusEnum": "generation.models.Generation.State",
        "GenerationProviderEnum": "generation.models.Generation.Provider",
        "JobStatusEnum": "aura.jobs.api.STATUSES",
        "KeepEnum": "aura.providers.images.MEDIA_TYPES",
        "LanguageEnum": "compliments.languages.CHOICES",
        "OptimizerLanguageEnum": "optimizer.prompts.LANGUAGES",
        "OptimizerWriterEnum": "optimizer.options.WRITERS",
        "PlatformEnum": "optimizer.platforms.PLATFORMS",
        "PostStatusEnum": "compliments.models.posts.InstagramPost.State",
        "VisionEnum": "audience.services.vision.Reader",
    },
}
