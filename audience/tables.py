"""Tables of the audience pages."""

from typing import ClassVar

import django_tables2 as tables

NUMBER = {"td": {"class": "au-num"}, "th": {"class": "au-num"}}
WIDE_NUMBER = {
    "td": {"class": "au-num d-none d-md-table-cell"},
    "th": {"class": "au-num d-none d-md-table-cell"},
}
WIDE = {"td": {"class": "d-none d-md-table-cell"}, "th": {"class": "d-none d-md-table-cell"}}
WIDEST = {"td": {"class": "d-none d-lg-table-cell"}, "th": {"class": "d-none d-lg-table-cell"}}


class TopCommenters(tables.Table):  # type: ignore[misc]  # the package has no types
    """People who comment most."""

    who = tables.TemplateColumn(template_name="audience/_who.html", verbose_name="Commenter", orderable=False)
    seen = tables.TemplateColumn(template_name="audience/_seen.html", verbose_name="Seen as", orderable=False)
    profile_type_words = tables.Column(verbose_name="Account type", orderable=False, attrs=WIDE)
    comments = tables.Column(verbose_name="Comments", attrs=NUMBER)
    likes = tables.Column(verbose_name="Likes received", attrs=WIDE_NUMBER)
    last_at = tables.TemplateColumn(
        template_name="audience/_when.html", verbose_name="Last comment", orderable=False, attrs=WIDEST
    )

    class Meta:
        template_name = "django_tables2/bootstrap5.html"
        attrs: ClassVar = {"class": "table table-vcenter card-table"}
        order_by = "-comments"
