"""Pages below ``/generation/``, and what Replicate calls back."""

from django.urls import path

from generation import views

app_name = "generation"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/progress/", views.fragment, name="fragment"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("<uuid:pk>/again/", views.again, name="again"),
    path("<uuid:pk>/images/<int:number>/favourite/", views.favourite, name="favourite"),
    path("<uuid:pk>/delete/", views.remove, name="remove"),
]

hooks = [path("replicate/<uuid:workspace>/<uuid:generation>/", views.replicate_hook, name="replicate")]
