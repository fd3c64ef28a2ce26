"""Pages below ``/optimizer/``, and what Replicate calls back."""

from django.urls import path

from optimizer import views
from optimizer.views import hashtags
from optimizer.views.hooks import replicate_hook

app_name = "optimizer"
urlpatterns = [
    path("", views.sessions, name="sessions"),
    path("new/", views.new, name="new"),
    path("count/", views.length, name="count"),
    path("hashtags/", hashtags.hashtags, name="hashtags"),
    path("hashtags/import/", hashtags.import_hashtags, name="import_hashtags"),
    path("hashtags/<uuid:pk>/", hashtags.hashtags, name="hashtag"),
    path("hashtags/<uuid:pk>/delete/", hashtags.remove_hashtag, name="remove_hashtag"),
    path("<uuid:pk>/", views.session, name="session"),
    path("<uuid:pk>/progress/", views.session_live, name="session_live"),
    path("<uuid:pk>/archive/", views.archive, name="archive"),
    path("<uuid:pk>/files/<str:name>", views.file, name="file"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("<uuid:pk>/retry/", views.retry, name="retry"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/photographs/<slug:style>/cancel/", views.act_on_photo, {"action": "cancel"}, name="cancel_photo"),
    path("<uuid:pk>/photographs/<slug:style>/retry/", views.act_on_photo, {"action": "retry"}, name="retry_photo"),
    path("<uuid:pk>/platforms/<str:platform>/", views.platform, name="platform"),
]

hooks = [path("replicate/photos/<uuid:workspace>/<uuid:photo>/", replicate_hook, name="replicate")]
