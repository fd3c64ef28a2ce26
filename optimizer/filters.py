"""How lists of sessions are narrowed down."""

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from optimizer.models import Optimization, PlatformOutput
from optimizer.platforms import PLATFORMS


class OptimizationFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?status=&platform=&q=&created_at__gte=&created_at__lte=``"""

    status = django_filters.ChoiceFilter(field_name="state", choices=Optimization.State.choices)
    platform = django_filters.ChoiceFilter(method="with_platform", choices=[(one, one) for one in PLATFORMS])
    q = django_filters.CharFilter(method="searched", label="words of the name, the description and the captions")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")

    def with_platform(self, rows: QuerySet[Optimization], name: str, value: str) -> QuerySet[Optimization]:
        """Sessions that were made for a platform, among others."""
        return rows.filter(Exists(PlatformOutput.objects.filter(optimization=OuterRef("pk"), platform=value)))

    def searched(self, rows: QuerySet[Optimization], name: str, value: str) -> QuerySet[Optimization]:
        """Sessions that hold every word."""
        for word in value.split()[:8]:
            captions = PlatformOutput.objects.filter(optimization=OuterRef("pk"), caption__icontains=word)
            rows = rows.filter(Q(name__icontains=word) | Q(description__icontains=word) | Exists(captions))
        return rows
