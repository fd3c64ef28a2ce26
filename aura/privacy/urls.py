"""Pages below ``/settings/``."""

from django.urls import path

from aura.privacy import views

app_name = "privacy"
urlpatterns = [
    path("privacy/", views.privacy, name="home"),
    path("privacy/erasures/", views.erase, name="erase"),
    path("privacy/erasures/<uuid:pk>/", views.erasure, name="erasure"),
    path("privacy/erasures/<uuid:pk>/progress/", views.erasure_progress, name="erasure_progress"),
    path("privacy/exports/", views.export_person, name="export_person"),
    path("privacy/exports/<uuid:pk>/download/", views.download_export, name="download"),
    path("privacy/opt-outs/", views.opt_out, name="opt_out"),
    path("privacy/retention/", views.set_retention, name="retention"),
    path("audit/", views.audit, name="audit"),
    path("audit.<slug:wanted>", views.audit_export, name="audit_export"),
]
