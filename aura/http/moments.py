"""How pages say when something was (“12 minutes ago”, then the day itself) and which model made it. Built into every
template."""

from datetime import datetime, timedelta

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template.defaultfilters import date as in_format
from django.utils import timezone

from aura.http import model_names

RECENT = timedelta(days=7)
register = template.Library()


@register.filter
def moment(at: datetime) -> str:
    """One unit of time ago or ahead; the day (``24 Oct 2026``) where it is a week away or more."""
    if abs(timezone.now() - at) >= RECENT:
        return str(in_format(at, "j M Y"))
    words = str(naturaltime(at))
    whole, comma, rest = words.partition(",")
    return f"{whole} {rest.rsplit(' ', 1)[-1] if rest.endswith('ago') else 'from now'}" if comma else words


@register.filter
def model_words(model: str) -> str:
    """``gemini:gemini-3.5-flash-lite`` as people call it; see :mod:`aura.http.model_names`."""
    return model_names.model_words(str(model))
