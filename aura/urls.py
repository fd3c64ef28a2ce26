"""Every address of Aura."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.urls import entrance
from audience import urls as audience
from aura import downloads, home
from aura.media import urls as media
from aura.metrics import metrics
from aura.webhooks import urls as webhooks
from generation import urls as generation
from optimizer import urls as optimizer

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
    path("", include("accounts.api.urls")),
    path("", include((jobs_api, "jobs"))),
    path("audience/", include("audience.api.urls")),
    path("", include("compliments.api.urls")),
    path("", include("generation.api.urls")),
    path("", include("optimizer.api.urls")),
    path("webhooks/", include((webhooks.endpoints_api, "webhooks"))),
    path("", include("aura.privacy.api.urls")),
    path("", include((media.pictures_api, "media"))),
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
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include(entrance)),
    path("audience/", include("audience.urls")),
    path("compliments/", include("compliments.urls")),
    path("generation/", include("generation.urls")),
    path("optimizer/", include("optimizer.urls")),
    path("webhooks/", include((audience.hooks, "audience_hooks"))),
    path("webhooks/", include((generation.hooks, "generation_hooks"))),
    path("webhooks/", include((optimizer.hooks, "optimizer_hooks"))),
    path("jobs/", include((jobs_pages, "jobs"))),
    path("media/", include((media.pages, "media"))),
    path("settings/webhooks/", include((webhooks.pages, "webhooks"))),
    path("settings/", include("aura.privacy.urls")),
    path("downloads/@<str:username>/<slug:table>.<slug:wanted>", downloads.account_table, name="account_table"),
    path("downloads/<slug:table>.<slug:wanted>", downloads.table, name="table"),
    path("api/", include((api, "api"))),
    path("admin/", admin.site.urls),
]

handler400 = "aura.http.errors.bad_request"
handler403 = "aura.http.errors.permission_denied"
handler404 = "aura.http.errors.page_not_found"
handler500 = "aura.http.errors.server_error"
