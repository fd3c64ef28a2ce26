"""Query parameters of the API's lists, each written out: the model's manager refuses to work without a scope."""

import django_filters

from compliments.models import InstagramPost


class PostFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?status=&author=&code=&uploaded=&created_at__gte=&created_at__lte=``"""

    status = django_filters.ChoiceFilter(field_name="state", choices=InstagramPost.State.choices)
    author = django_filters.CharFilter(field_name="author", lookup_expr="iexact", label="user name of the author")
    code = django_filters.CharFilter(field_name="code", label="short code")
    uploaded = django_filters.BooleanFilter(field_name="uploaded", label="made of uploaded pictures")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")
