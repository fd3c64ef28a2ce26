"""Query parameters of the API's lists.

References are plain ids: another workspace's id simply finds nothing. Each filter is written out, because deriving them
from the model reads through a manager that refuses to work without a scope.
"""

import django_filters

from audience.models import Run


class AccountRunFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?state=&created_at__gte=&created_at__lte=``"""

    state = django_filters.ChoiceFilter(choices=Run.State.choices)
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")


class RunFilter(AccountRunFilter):
    """``?state=&account=&created_at__gte=&created_at__lte=``"""

    account = django_filters.UUIDFilter(field_name="account_id", label="id of the account")


class CommentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """``?post=&commenter=&commented_at__gte=&commented_at__lte=``"""

    post = django_filters.UUIDFilter(field_name="post_id", label="id of the post")
    commenter = django_filters.UUIDFilter(field_name="commenter_id", label="id of the person")
    commented_at__gte = django_filters.IsoDateTimeFilter(field_name="commented_at", lookup_expr="gte")
    commented_at__lte = django_filters.IsoDateTimeFilter(field_name="commented_at", lookup_expr="lte")
