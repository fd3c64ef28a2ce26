"""Paths below ``/api/v1/``."""

from django.urls import path

from optimizer.api import files, hashtags, views

app_name = "optimize"
urlpatterns = [
    path("optimize/image", views.OptimizeImage.as_view(), name="image"),
    path("optimize/platforms", files.PlatformTable.as_view(), name="platforms"),
    path("optimize/status/<uuid:pk>", views.SessionStatus.as_view(), name="status"),
    path("optimize/results/<uuid:pk>", views.SessionResults.as_view(), name="results"),
    path("optimize/results/<uuid:pk>/archive", files.SessionArchive.as_view(), name="archive"),
    path("optimize/results/<uuid:pk>/files/<str:name>", files.SessionFile.as_view(), name="file"),
    path("optimize/results/<uuid:pk>/<str:platform>", views.PlatformResult.as_view(), name="platform"),
    path("optimize/sessions", views.SessionList.as_view(), name="sessions"),
    path("optimize/sessions/<uuid:pk>", views.SessionDetail.as_view(), name="session"),
    path("optimize/sessions/<uuid:pk>/cancel", views.SessionAction.as_view(), {"action": "cancel"}, name="cancel"),
    path("optimize/sessions/<uuid:pk>/retry", views.SessionAction.as_view(), {"action": "retry"}, name="retry"),
    path(
        "optimize/sessions/<uuid:pk>/photographs/<str:style>/cancel",
        views.PhotographAction.as_view(),
        {"action": "cancel"},
        name="cancel_photograph",
    ),
    path(
        "optimize/sessions/<uuid:pk>/photographs/<str:style>/retry",
        views.PhotographAction.as_view(),
        {"action": "retry"},
        name="retry_photograph",
    ),
    path("optimize/hashtags", hashtags.HashtagList.as_view(), name="hashtags"),
    path("optimize/hashtags/import", hashtags.HashtagImport.as_view(), name="import_hashtags"),
    path("optimize/hashtags/<uuid:pk>", hashtags.HashtagDetail.as_view(), name="hashtag"),
]
