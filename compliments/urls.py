"""Pages below ``/compliments/``."""

from django.urls import path

from compliments import views

app_name = "compliments"
urlpatterns = [
    path("", views.home, name="home"),
    path("library/", views.library, name="library"),
    path("voices/", views.voices, name="voices"),
    path("voices/<uuid:pk>/", views.voices, name="voice"),
    path("voices/<uuid:pk>/delete/", views.remove_voice, name="remove_voice"),
    path("limit/", views.save_limit, name="limit"),
    path("posts/<uuid:pk>/", views.post_detail, name="post"),
    path("posts/<uuid:pk>/progress/", views.fragment, name="fragment"),
    path("posts/<uuid:pk>/retry/", views.act_on_post, {"action": "retry"}, name="retry_post"),
    path("posts/<uuid:pk>/delete/", views.act_on_post, {"action": "delete"}, name="remove_post"),
    path("<uuid:pk>/regenerate/", views.act, {"action": "regenerate"}, name="regenerate"),
    path("<uuid:pk>/retry/", views.act, {"action": "retry"}, name="retry"),
    path("<uuid:pk>/cancel/", views.act, {"action": "cancel"}, name="cancel"),
    path("<uuid:pk>/delete/", views.act, {"action": "delete"}, name="remove"),
    path("<uuid:pk>/<int:number>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/<int:number>/mark/", views.mark, name="mark"),
]
