"""Paths below ``/api/v1/privacy/``, and the audit log of a workspace."""

from django.urls import path

from aura.privacy.api import views

app_name = "privacy"
urlpatterns = [
    path("privacy/erasures", views.ErasureList.as_view(), name="erasures"),
    path("privacy/erasures/<uuid:pk>", views.ErasureDetail.as_view(), name="erasure"),
    path("privacy/exports", views.ExportList.as_view(), name="exports"),
    path("privacy/exports/<uuid:pk>", views.ExportDetail.as_view(), name="export"),
    path("privacy/exports/<uuid:pk>/download", views.ExportDownload.as_view(), name="export_download"),
    path("privacy/opt-outs", views.OptOutList.as_view(), name="opt_outs"),
    path("privacy/opt-outs/<uuid:pk>", views.OptOutDetail.as_view(), name="opt_out"),
    path("privacy/retention", views.RetentionView.as_view(), name="retention"),
    path("workspaces/<slug:slug>/audit", views.AuditList.as_view(), name="audit"),
]
