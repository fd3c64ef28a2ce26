"""Paths below ``/api/v1/``."""

from django.urls import path

from generation.api import views

app_name = "generation"
urlpatterns = [
    path("generate", views.GenerateView.as_view(), name="generate"),
    path("status/<uuid:pk>", views.StatusView.as_view(), name="status"),
    path("generations", views.GenerationList.as_view(), name="generations"),
    path("generations/<uuid:pk>", views.GenerationDetail.as_view(), name="generation"),
    path("generations/<uuid:pk>/cancel", views.GenerationAction.as_view(), name="cancel"),
    path("generations/<uuid:pk>/images/<int:number>", views.ImageDetail.as_view(), name="image"),
]
