"""Pages below ``/optimizer/``."""

from django.urls import path

from optimizer.views import hashtags

app_name = "optimizer"
urlpatterns = [
    path("hashtags/", hashtags.hashtags, name="hashtags"),
    path("hashtags/import/", hashtags.import_hashtags, name="import_hashtags"),
    path("hashtags/<uuid:pk>/", hashtags.hashtags, name="hashtag"),
    path("hashtags/<uuid:pk>/delete/", hashtags.remove_hashtag, name="remove_hashtag"),
]
