"""Every address of Aura."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from aura import home
from aura.webhooks import urls as webhooks

# Swagger UI writes style attributes; its page holds nothing of a workspace.
docs_page = csp_replace({"style-src": [SELF, UNSAFE_INLINE]})

jobs_api: list[URLPattern] = [
    path("jobs", home.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:pk>", home.JobDetail.as_view(), name="job"),
    path("jobs/<uuid:pk>/cancel", home.JobAction.as_view(), {"action": "cancel"}, name="cancel"),
    path("jobs/<uuid:pk>/retry", home.JobAction.as_view(), {"action": "retry"}, name="retry"),
]

v1: list[URLPattern | URLResolver] = [
    path("health", home.HealthView.as_view(), name="health"),
    path("auth/token", TokenObtainPairView.as_view(), name="token"),
    path("auth/token/refresh", TokenRefreshView.as_view(), name="token_refresh"),
    path("", include((jobs_api, "jobs"))),
    path("audience/", include("audience.api.urls")),
    path("webhooks/", include((webhooks.endpoints_api, "webhooks"))),
]

api: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs_page(SpectacularSwaggerSplitView.as_view(url_name="api:schema")), name="docs"),
]

jobs_pages: list[URLPattern] = [
    path("", home.job_list, name="list"),
    path("<uuid:pk>/", home.job_detail, name="detail"),
    path("<uuid:pk>/progress/", home.job_fragment, name="fragment"),
    path("<uuid:pk>/cancel/", home.cancel_job, name="cancel"),
    path("<uuid:pk>/requeue/", home.requeue_job, name="requeue"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("system/", home.system, name="system"),
    path("healthz", home.healthz, name="healthz"),
    path("readyz", home.readyz, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("audience/", include("audience.urls")),
    path("jobs/", include((jobs_pages, "jobs"))),
    path("settings/webhooks/", include((webhooks.pages, "webhooks"))),
    path("api/", include((api, "api"))),
    path("admin/", admin.site.urls),
]
