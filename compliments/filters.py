"""Query parameters of the API's lists, each written out: the model's manager refuses to work without a scope."""

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from aura.providers.writer_ports import STYLES
from compliments.models import Compliment, InstagramPost, Writing


class PostFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?status=&author=&code=&uploaded=&created_at__gte=&created_at__lte=``"""

    status = django_filters.ChoiceFilter(field_name="state", choices=InstagramPost.State.choices)
    author = django_filters.CharFilter(field_name="author", lookup_expr="iexact", label="user name of the author")
    code = django_filters.CharFilter(field_name="code", label="short code")
    uploaded = django_filters.BooleanFilter(field_name="uploaded", label="made of uploaded pictures")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")


class ComplimentFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?status=&style=&language=&post=&favourite=&q=&created_at__gte=&created_at__lte=``"""

    status = django_filters.ChoiceFilter(field_name="state", choices=Writing.State.choices)
    style = django_filters.ChoiceFilter(choices=[(style, style) for style in STYLES])
    language = django_filters.CharFilter(label="ISO 639-1 code")
    post = django_filters.UUIDFilter(field_name="post_id", label="id of the post")
    favourite = django_filters.BooleanFilter(method="favoured", label="with a favourite text")
    q = django_filters.CharFilter(method="searched", label="words of the texts or the author")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")

    def favoured(self, rows: QuerySet[Writing], name: str, value: bool) -> QuerySet[Writing]:
        """Orders with, or without, a favourite text."""
        has = Exists(Compliment.objects.filter(writing=OuterRef("pk"), favourite=True))
        return rows.filter(has if value else ~has)

    def searched(self, rows: QuerySet[Writing], name: str, value: str) -> QuerySet[Writing]:
        """Orders in which each word stands in a text or in the author's name."""
        for word in value.split()[:8]:
            texts = Compliment.objects.filter(writing=OuterRef("pk"), text__icontains=word)
            rows = rows.filter(Q(Exists(texts)) | Q(post__author__icontains=word.removeprefix("@")))
        return rows
