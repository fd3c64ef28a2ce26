"""Paths below ``/api/v1/audience/``."""

from django.urls import path

from audience.api import accuracy, corrections, insights, views

app_name = "audience"
urlpatterns = [
    path("accounts", views.AccountList.as_view(), name="accounts"),
    path("accounts/<uuid:pk>", views.AccountDetail.as_view(), name="account"),
    path("accounts/<uuid:pk>/demographics", insights.DemographicsView.as_view(), name="demographics"),
    path("accounts/<uuid:pk>/activity", insights.ActivityView.as_view(), name="activity"),
    path("accounts/<uuid:pk>/top-commenters", insights.TopCommentersView.as_view(), name="top_commenters"),
    path("accounts/<uuid:pk>/posts", views.PostList.as_view(), name="posts"),
    path("accounts/<uuid:pk>/comments", views.CommentList.as_view(), name="comments"),
    path("accounts/<uuid:pk>/commenters", views.CommenterList.as_view(), name="commenters"),
    path("commenters/<uuid:pk>/classification", corrections.ClassificationView.as_view(), name="classification"),
    path("accuracy", accuracy.AccuracyView.as_view(), name="accuracy"),
    path("imports", views.ImportView.as_view(), name="imports"),
    path("runs", views.RunList.as_view(), name="runs"),
    path("runs/<uuid:pk>", views.RunDetail.as_view(), name="run"),
    path("runs/<uuid:pk>/cancel", views.RunAction.as_view(), {"action": "cancel"}, name="run_cancel"),
    path("runs/<uuid:pk>/resume", views.RunAction.as_view(), {"action": "resume"}, name="run_resume"),
]
