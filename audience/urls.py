from django.urls import path

from audience import views

app_name = "audience"
urlpatterns = [
    path("", views.account_list, name="list"),
    path("runs/", views.run_list, name="runs"),
    path("runs/<uuid:pk>/", views.run_detail, name="run"),
    path("runs/<uuid:pk>/progress/", views.run_progress, name="run_progress"),
    path("runs/<uuid:pk>/cancel/", views.cancel_run, name="cancel_run"),
    path("runs/<uuid:pk>/resume/", views.resume_run, name="resume_run"),
    path("review/", views.review, name="review"),
    path("accuracy/", views.accuracy, name="accuracy"),
    path("model-card/", views.model_card, name="model_card"),
    path("people/<uuid:pk>/picture/", views.picture, name="picture"),
    path("@<str:username>/", views.account_report, name="account"),
    path("@<str:username>/import/", views.import_dataset, name="import"),
    path("@<str:username>/<slug:table>.<slug:wanted>", views.account_export, name="account_export"),
]
