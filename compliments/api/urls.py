"""Paths below ``/api/v1/compliments/``."""

from django.urls import path

from compliments.api import posts

app_name = "compliments"
urlpatterns = [
    path("posts", posts.PostList.as_view(), name="posts"),
    path("posts/<uuid:pk>", posts.PostDetail.as_view(), name="post"),
    path("posts/<uuid:pk>/retry", posts.PostRetry.as_view(), name="post_retry"),
]
