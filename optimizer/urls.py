"""What Replicate calls back."""

from django.urls import path

from optimizer.views.hooks import replicate_hook

app_name = "optimizer"
hooks = [path("replicate/photos/<uuid:workspace>/<uuid:photo>/", replicate_hook, name="replicate")]
