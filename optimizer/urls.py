"""Pages below ``/optimizer/``, and what Replicate calls back."""

from django.urls import path

from optimizer.views import hashtags
from optimizer.views.hooks import replicate_hook

app_name = "optimizer"
urlpatterns = [
    path("hashtags/", hashtags.hashtags, name="hashtags"),
    path("hashtags/import/", hashtags.import_hashtags, name="import_hashtags"),
    path("hashtags/<uuid:pk>/", hashtags.hashtags, name="hashtag"),
    path("hashtags/<uuid:pk>/delete/", hashtags.remove_hashtag, name="remove_hashtag"),
]

hooks = [path("replicate/photos/<uuid:workspace>/<uuid:photo>/", replicate_hook, name="replicate")]
