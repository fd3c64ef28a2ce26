"""Paths below ``/api/v1/audience/``."""

from django.urls import path

from audience.api import accuracy, corrections, insights, people, posts, views, words

app_name = "audience"
urlpatterns = [
    path("accounts", views.AccountList.as_view(), name="accounts"),
    path("accounts/<uuid:pk>", views.AccountDetail.as_view(), name="account"),
    path("accounts/<uuid:pk>/runs", views.AccountRuns.as_view(), name="account_runs"),
    path("accounts/<uuid:pk>/demographics", insights.DemographicsView.as_view(), name="demographics"),
    path("accounts/<uuid:pk>/activity", insights.ActivityView.as_view(), name="activity"),
    path("accounts/<uuid:pk>/top-commenters", insights.TopCommentersView.as_view(), name="top_commenters"),
    path("accounts/<uuid:pk>/sentiment", words.SentimentView.as_view(), name="sentiment"),
    path("accounts/<uuid:pk>/topics", words.TopicsView.as_view(), name="topics"),
    path("accounts/<uuid:pk>/questions", words.QuestionsView.as_view(), name="questions"),
    path("accounts/<uuid:pk>/questions/waiting", words.WaitingQuestionsView.as_view(), name="waiting_questions"),
    path("accounts/<uuid:pk>/authenticity", words.AuthenticityView.as_view(), name="authenticity"),
    path("accounts/<uuid:pk>/pods", words.PodsView.as_view(), name="pods"),
    path("accounts/<uuid:pk>/posts", posts.PostList.as_view(), name="posts"),
    path("accounts/<uuid:pk>/comments", views.CommentList.as_view(), name="comments"),
    path("accounts/<uuid:pk>/commenters", views.CommenterList.as_view(), name="commenters"),
    path("accounts/<uuid:pk>/loyalty", people.LoyaltyView.as_view(), name="loyalty"),
    path("accounts/<uuid:pk>/segments", people.SegmentsView.as_view(), name="segments"),
    path("accounts/<uuid:pk>/types", people.TypesView.as_view(), name="types"),
    path("accounts/<uuid:pk>/quality", people.QualityView.as_view(), name="quality"),
    path("accounts/<uuid:pk>/growth", people.GrowthView.as_view(), name="growth"),
    path("compare", people.CompareView.as_view(), name="compare"),
    path("overlap", people.OverlapView.as_view(), name="overlap"),
    path("commenters/<uuid:pk>/classification", corrections.ClassificationView.as_view(), name="classification"),
    path("accuracy", accuracy.AccuracyView.as_view(), name="accuracy"),
    path("imports", views.ImportView.as_view(), name="imports"),
    path("runs", views.RunList.as_view(), name="runs"),
    path("runs/<uuid:pk>", views.RunDetail.as_view(), name="run"),
    path("runs/<uuid:pk>/cancel", views.RunAction.as_view(), {"action": "cancel"}, name="run_cancel"),
    path("runs/<uuid:pk>/resume", views.RunAction.as_view(), {"action": "resume"}, name="run_resume"),
]
