"""The review queue: one profile at a time, judged by a person, with the keyboard or as a plain form (A8)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from accounts.services import record
from audience import findings
from audience.forms import PROFILE_TYPES
from audience.models import Commenter, Review, ReviewItem
from audience.queries.reviews import answer_rows, current_classification, queue_counts
from audience.services import reviews, sampling
from audience.services.classify import comments_of
from aura.providers.ports import AGES, UNKNOWN

SHOWN_COMMENTS = 5
GOAL = 100
LAST = "review_answer"
WORDS = {**findings.SEEN_WORDS, **findings.TYPE_WORDS, UNKNOWN: "cannot tell"}

CANNOT_TELL = ("unknown", "Cannot tell")
REVIEW_CHOICES = {
    "gender": [("woman", "Woman"), ("man", "Man"), CANNOT_TELL],
    "age": [(age, age.replace("-", "–")) for age in AGES] + [CANNOT_TELL],
    "profile_type": [*PROFILE_TYPES[1:], CANNOT_TELL],
}
REVIEW_KEYS = {"gender": "120", "age": "qwertyui", "profile_type": "asdfgh"}


class ReviewForm(forms.Form):
    """What a reviewer says about one profile. Whatever is left open is not labelled."""

    item = forms.UUIDField(widget=forms.HiddenInput)
    gender = forms.ChoiceField(label="Seen as", choices=REVIEW_CHOICES["gender"], required=False)
    age = forms.ChoiceField(label="Seems to be", choices=REVIEW_CHOICES["age"], required=False)
    profile_type = forms.ChoiceField(label="Account", choices=REVIEW_CHOICES["profile_type"], required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in REVIEW_CHOICES):
            raise forms.ValidationError("Choose at least one answer, or skip this profile.")
        return data

    def item_key(self) -> UUID | None:
        """The profile that the form is about, or None where it names none."""
        try:
            return UUID(str(self.data.get("item", "")))
        except ValueError:
            return None

    def values(self) -> dict[str, str]:
        """The answers by dimension."""
        return {name: self.cleaned_data[name] for name in REVIEW_CHOICES if self.cleaned_data[name]}

    def questions(self) -> list[dict[str, Any]]:
        """The questions with the key of each answer, for the page."""
        chosen = {name: self[name].value() for name in REVIEW_CHOICES}
        return [
            {
                "name": name,
                "label": self.fields[name].label,
                "choices": [
                    {"value": value, "label": label, "key": key, "checked": chosen[name] == value}
                    for (value, label), key in zip(choices, REVIEW_KEYS[name], strict=True)
                ],
            }
            for name, choices in REVIEW_CHOICES.items()
        ]


@workspace_view(Role.ANALYST)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: WorkspaceRequest) -> HttpResponse:
    """The next profile, or what came of the last one. Each look at a person is on record."""
    if request.method == "POST":
        return _take(request)
    item = sampling.next_item()
    return _show(request, item, ReviewForm(initial={"item": item.pk} if item else None))


def _take(request: WorkspaceRequest) -> HttpResponse:
    if request.POST.get("do") == "undo":
        return _undo(request)
    form = ReviewForm(request.POST)
    items = ReviewItem.objects.filter(commenter__possible_minor=False).select_related("commenter", "commenter__picture")
    key = form.item_key()
    item = items.filter(pk=key).first() if key else None
    if item is None or item.state == ReviewItem.State.DONE:
        messages.info(request, "That profile has been answered already. Here is the next one.")
        return redirect("audience:review")
    if request.POST.get("do") == "skip":
        reviews.skip(item)
        return redirect("audience:review")
    if not form.is_valid():
        return _show(request, item, form, status=422)
    answer = reviews.correct(item.commenter, request.user.pk, form.values(), item.queue, item)
    request.session[LAST] = str(answer)
    return redirect("audience:review")


def _undo(request: WorkspaceRequest) -> HttpResponse:
    """Take back one's own last answer, which may have hidden the person from everybody."""
    key = request.session.pop(LAST, "")
    rows = [row for row in answer_rows(UUID(key)) if row.reviewed_by_id == request.user.pk] if key else []
    if rows and reviews.undo(rows[0].commenter, request.user.pk, UUID(key)):
        messages.success(request, "Taken back. The profile is waiting again.")
    else:
        messages.info(request, "There is nothing to take back.")
    return redirect("audience:review")


def _show(request: WorkspaceRequest, item: ReviewItem | None, form: ReviewForm, status: int = 200) -> HttpResponse:
    counts = queue_counts()
    context: dict[str, Any] = {
        "item": item,
        "form": form,
        "counts": counts,
        "goal": GOAL,
        "done": counts["sample"]["done"],
        "last": _last(request),
    }
    if item is not None:
        context |= _person(item)
    response = render(request, "audience/review.html", context, status=status)
    if item is not None:
        record("audience.person.viewed", user_id=request.user.pk, target=str(item.commenter_id), queue=item.queue)
    return response


def _person(item: ReviewItem) -> dict[str, Any]:
    """What a reviewer sees: the profile as it is. The model's guess only of doubtful ones: a guess leads the eye."""
    person = item.commenter
    blind = item.queue == Review.Source.SAMPLE
    return {
        "person": person,
        "picture_url": reverse("audience:picture", args=[person.pk]) if person.picture_id else "",
        "comments": comments_of([person.pk]).get(person.pk, ())[:SHOWN_COMMENTS],
        "blind": blind,
        "guess": {} if blind else _guess(person),
    }


def _guess(person: Commenter) -> Mapping[str, str]:
    found = current_classification(person)
    if found is None:
        return {}
    words = {}
    for name, label in (("gender", "Gender"), ("age", "Age"), ("profile_type", "Account type")):
        value = getattr(found, name)
        sure = "" if value == UNKNOWN else f", {getattr(found, f'{name}_confidence'):.0%} sure"
        words[label] = ("unclear" if value == UNKNOWN else findings.span(WORDS.get(value, value))) + sure
    return words


def _last(request: WorkspaceRequest) -> dict[str, Any] | None:
    """The answer just given beside the model's, so that a slip is seen. Nothing about whoever is hidden now."""
    key = request.session.get(LAST)
    rows = answer_rows(UUID(key)) if key else []
    if not rows:
        return None
    if rows[0].commenter.possible_minor:
        return {"hidden": True}
    said = [row for row in rows if row.said]
    return {
        "username": rows[0].commenter.username,
        "rows": [
            {"label": row.get_dimension_display(), "you": _word(row.value), "model": _word(row.said)} for row in said
        ],
        "agrees": all(row.value == row.said for row in said),
    }


def _word(value: str) -> str:
    return findings.span(WORDS.get(value, value))
