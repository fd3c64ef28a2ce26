"""How lists of sessions are narrowed down, by the pages and by the API."""

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from optimizer.models import Optimization, PlatformOutput
from optimizer.platforms import PLATFORMS


class SessionFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?status=&platform=&reused=&error=&q=&created_at__gte=&created_at__lte=``"""

    status = django_filters.ChoiceFilter(field_name="state", choices=Optimization.State.choices)
    platform = django_filters.ChoiceFilter(method="made_for", choices=[(one, one) for one in PLATFORMS])
    reused = django_filters.BooleanFilter(label="taken from a former session")
    error = django_filters.CharFilter(field_name="error_code", lookup_expr="iexact", label="code of what went wrong")
    q = django_filters.CharFilter(method="searched", label="words of the name, the description or a caption")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")

    def made_for(self, rows: QuerySet[Optimization], name: str, value: str) -> QuerySet[Optimization]:
        """Sessions that made something for a platform, or were to."""
        return rows.filter(Exists(PlatformOutput.objects.filter(optimization=OuterRef("pk"), platform=value)))

    def searched(self, rows: QuerySet[Optimization], name: str, value: str) -> QuerySet[Optimization]:
        """Sessions in which every word stands somewhere."""
        for word in value.split()[:8]:
            captions = PlatformOutput.objects.filter(optimization=OuterRef("pk"), caption__icontains=word)
            rows = rows.filter(Q(name__icontains=word) | Q(description__icontains=word) | Exists(captions))
        return rows
