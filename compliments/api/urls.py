"""Paths below ``/api/v1/``."""

from django.urls import path

from compliments.api import posts, writing

app_name = "compliments"
urlpatterns = [
    path("compliments/posts", posts.PostList.as_view(), name="posts"),
    path("compliments/posts/<uuid:pk>", posts.PostDetail.as_view(), name="post"),
    path("compliments/posts/<uuid:pk>/retry", posts.PostRetry.as_view(), name="post_retry"),
    path("compliments", writing.ComplimentList.as_view(), name="compliments"),
    path("compliments/presets", writing.PresetList.as_view(), name="presets"),
    path("compliments/presets/<uuid:pk>", writing.PresetDetail.as_view(), name="preset"),
    path("compliments/limit", writing.LimitView.as_view(), name="limit"),
    path("compliments/<uuid:pk>", writing.ComplimentDetail.as_view(), name="compliment"),
    path(
        "compliments/<uuid:pk>/regenerate",
        writing.ComplimentAction.as_view(),
        {"action": "regenerate"},
        name="regenerate",
    ),
    path("compliments/<uuid:pk>/retry", writing.ComplimentAction.as_view(), {"action": "retry"}, name="retry"),
    path("compliments/<uuid:pk>/cancel", writing.ComplimentAction.as_view(), {"action": "cancel"}, name="cancel"),
]
