from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/link/<str:token>/", views.sign_in_by_link, name="sign_in_by_link"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("workspace/switch/", views.switch_workspace, name="switch_workspace"),
    path("workspace/none/", views.no_workspace, name="no_workspace"),
]
