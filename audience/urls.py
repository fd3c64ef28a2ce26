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
    path("compare/", views.compare_accounts, name="compare"),
    path("compare/comparison.<slug:wanted>", views.compare_export, name="compare_export"),
    path("overlap/", views.overlap_accounts, name="overlap"),
    path("overlap/<slug:table>.<slug:wanted>", views.overlap_export, name="overlap_export"),
    path("@<str:username>/people/", views.people, name="people"),
    path("@<str:username>/people/<slug:table>.<slug:wanted>", views.people_export, name="people_export"),
    path("@<str:username>/growth/", views.account_growth, name="growth"),
    path("@<str:username>/", views.account_report, name="account"),
    path("@<str:username>/comments/", views.account_comments, name="comments"),
    path("@<str:username>/comments/<slug:table>.<slug:wanted>", views.words_export, name="words_export"),
    path("@<str:username>/posts/", views.account_posts, name="account_posts"),
    path("@<str:username>/report/", views.account_print, name="account_print"),
    path("@<str:username>/report.xlsx", views.account_workbook, name="account_workbook"),
    path("@<str:username>/follow/", views.follow_account, name="follow"),
    path("@<str:username>/fetch/", views.fetch_now, name="fetch"),
    path("@<str:username>/import/", views.import_dataset, name="import"),
    path("@<str:username>/<slug:table>.<slug:wanted>", views.account_export, name="account_export"),
]

hooks = [path("apify/<uuid:workspace>/<uuid:part>/", views.apify_hook, name="apify")]
