"""Paths below ``/api/v1/compliments/``."""

from django.urls import path

from compliments.api import posts, writing

app_name = "compliments"
urlpatterns = [
    path("posts", posts.PostList.as_view(), name="posts"),
    path("posts/<uuid:pk>", posts.PostDetail.as_view(), name="post"),
    path("posts/<uuid:pk>/retry", posts.PostRetry.as_view(), name="post_retry"),
    path("", writing.ComplimentList.as_view(), name="compliments"),
    path("presets", writing.PresetList.as_view(), name="presets"),
    path("presets/<uuid:pk>", writing.PresetDetail.as_view(), name="preset"),
    path("limit", writing.LimitView.as_view(), name="limit"),
    path("<uuid:pk>", writing.ComplimentDetail.as_view(), name="compliment"),
    path("<uuid:pk>/regenerate", writing.ComplimentAction.as_view(), {"action": "regenerate"}, name="regenerate"),
    path("<uuid:pk>/retry", writing.ComplimentAction.as_view(), {"action": "retry"}, name="retry"),
    path("<uuid:pk>/cancel", writing.ComplimentAction.as_view(), {"action": "cancel"}, name="cancel"),
]
