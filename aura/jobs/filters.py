"""Query parameters of the API's list of jobs, in the API's words for states."""

import django_filters
from django.db.models import QuerySet

from aura.jobs.models import Job, Lane, State

STATUSES = {
    "queued": (State.PENDING, State.QUEUED),
    "running": (State.RUNNING,),
    "done": (State.DONE,),
    "failed": (State.DEAD,),
    "cancelled": (State.CANCELLED,),
}


class JobsFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?status=&kind=&lane=&subject=``"""

    status = django_filters.ChoiceFilter(choices=[(name, name) for name in STATUSES], method="with_status")
    kind = django_filters.CharFilter()
    lane = django_filters.ChoiceFilter(choices=Lane.choices)
    subject = django_filters.CharFilter()

    def with_status(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Jobs in any of the states that the API calls ``value``."""
        return jobs.filter(state__in=STATUSES[value])
