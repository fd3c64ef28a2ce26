"""Paths of the pages below ``/media/`` and of the API below ``/api/v1/media``."""

from django.urls import URLPattern, path

from aura.media import api, views

pages: list[URLPattern] = [
    path("<uuid:pk>/", views.picture, name="picture"),
    path("<uuid:pk>/small/", views.small, name="small"),
]

pictures_api: list[URLPattern] = [
    path("media", api.PictureUpload.as_view(), name="upload"),
    path("media/<uuid:pk>", api.PictureDetail.as_view(), name="picture"),
    path("media/<uuid:pk>/file", api.PictureFile.as_view(), {"small": False}, name="file"),
    path("media/<uuid:pk>/small", api.PictureFile.as_view(), {"small": True}, name="small"),
]
