"""What cannot be taken back is asked for twice: in a dialog, or without JavaScript on a page of its own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

FIELD = "confirmed"


@dataclass(frozen=True, slots=True)
class Question:
    """``title`` asks, ``text`` says what is lost, ``button`` is the verb; ``back`` the address for who changes mind."""

    title: str
    text: str
    button: str
    back: str


def unconfirmed(request: HttpRequest, question: Question) -> HttpResponse | None:
    """The page that asks, for a POST that does not say yes yet; None where it does.

    The dialog of ``<c-confirm>`` says yes with the first POST.
    """
    if request.POST.get(FIELD) == "1":
        return None
    return render(request, "confirm.html", {"question": question, "field": FIELD})
