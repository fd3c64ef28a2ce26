"""A new session from what was dropped, chosen or named."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from aura.http.problems import Problem
from aura.media.models import Picture
from optimizer import jobs
from optimizer.engine.opening import PictureRefused
from optimizer.forms import NewForm, initial_of
from optimizer.models import Optimization
from optimizer.queries.sessions import session_of
from optimizer.services.intake import Order, check_upload, store_logo, store_other
from optimizer.views.finding import must_act

KEPT = 3600
"""Seconds for which a form that is sent twice leads to the session that it made."""


@workspace_view(Role.ANALYST)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: WorkspaceRequest) -> HttpResponse:
    """The form; ``?picture=`` takes a stored picture, ``?again=`` picture and choices of a former session."""
    if request.method == "POST":
        must_act(request)
        form = NewForm(request.POST, request.FILES)
        if form.is_valid() and (pk := _started(request, form)):
            return redirect("optimizer:session", pk)
    else:
        form = NewForm(initial=_initial(request))
    context = {
        "form": form,
        "stored": _stored(form, "stored"),
        "stored_logo": _stored(form, "stored_logo"),
        "has_errors": bool(form.errors),
    }
    return render(request, "optimizer/new.html", context, status=422 if form.errors else 200)


def _initial(request: WorkspaceRequest) -> dict[str, Any]:
    values: dict[str, Any] = {"once": uuid4()}
    if again := _uuid(request.GET.get("again", "")):
        former = session_of(again)
        if former is not None:
            values |= initial_of(former.choices) | {"description": former.description, "url": ""}
            values |= {"stored": former.master_id, "stored_logo": former.logo_id}
            if former.master_id is None:
                values["url"] = former.source_url
    if picture := _uuid(request.GET.get("picture", "")):
        values["stored"] = picture
    return values


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _stored(form: NewForm, name: str) -> Picture | None:
    """The picture that a hidden field names, to be shown."""
    key = form[name].value()
    found = _uuid(str(key)) if key else None
    return Picture.objects.filter(pk=found).first() if found else None


def _started(request: WorkspaceRequest, form: NewForm) -> UUID | None:
    """The session of a valid form; None with an error in the form. A form sent twice makes one session."""
    once = form.cleaned_data["once"]
    key = f"optimizer:once:{request.workspace.pk}:{request.user.pk}:{once}"
    if once:
        _wait_for(key)
        if (made := cache.get(key)) and session_of(UUID(made)):
            return UUID(made)
    optimization = _ordered(request, form)
    if optimization is None:
        return None
    if once:
        cache.set(key, str(optimization.pk), KEPT)
    return UUID(str(optimization.pk))


def _wait_for(key: str) -> None:
    """Until the same form that is being taken has been taken; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _ordered(request: WorkspaceRequest, form: NewForm) -> Optimization | None:
    assert form.chosen is not None  # noqa: S101  a valid form has its choices
    given = form.cleaned_data
    order = Order(form.chosen, given["description"], url=given["url"], picture=form.taken, fresh=given["fresh"])
    field = "picture"
    try:
        if given["picture"]:
            data = given["picture"].read()
            check_upload(data)
            order = replace(order, upload=data, name=given["picture"].name)
        field = "others"
        others = tuple(store_other(one.read()) for one in given["others"])
        field = "logo"
        logo = store_logo(given["logo"].read()) if given["logo"] else form.taken_logo
        field = "url" if given["url"] else "picture"
        return jobs.start_optimization(replace(order, logo=logo, others=others), user_id=request.user.pk)
    except PictureRefused as refused:
        form.add_error(field, refused.message)
    except Problem as problem:
        form.add_error(field if problem.status_code in {400, 415, 422} else None, str(problem.detail))
    return None
