"""Paths below ``/api/v1/``."""

from django.urls import path

from optimizer.api import hashtags

app_name = "optimize"
urlpatterns = [
    path("optimize/hashtags", hashtags.HashtagList.as_view(), name="hashtags"),
    path("optimize/hashtags/import", hashtags.HashtagImport.as_view(), name="import_hashtags"),
    path("optimize/hashtags/<uuid:pk>", hashtags.HashtagDetail.as_view(), name="hashtag"),
]
