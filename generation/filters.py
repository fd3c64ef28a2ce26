"""How lists of generations are narrowed down."""

import django_filters
from django.db.models import Q, QuerySet

from generation.models import Generation


class GenerationFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?status=&provider=&placeholder=&q=&created_at__gte=&created_at__lte=``"""

    status = django_filters.ChoiceFilter(field_name="state", choices=Generation.State.choices)
    provider = django_filters.ChoiceFilter(choices=Generation.Provider.choices)
    placeholder = django_filters.BooleanFilter(label="composed by this machine, not by a model")
    q = django_filters.CharFilter(method="searched", label="words of the prompt")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")

    def searched(self, rows: QuerySet[Generation], name: str, value: str) -> QuerySet[Generation]:
        """Rows whose prompt holds every word."""
        return rows.filter(*(Q(prompt__icontains=word) for word in value.split()[:8]))
