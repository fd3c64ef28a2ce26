"""The chaos test has no pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
