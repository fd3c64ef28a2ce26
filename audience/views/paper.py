"""What a printed report is about, read once and shared by its sections."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django import forms

from accounts.access import WorkspaceRequest
from audience.forms import PeriodForm
from audience.models import TrackedAccount
from audience.queries.activity import Totals, daily, totals
from audience.queries.demographics import demographics
from aura.http.exports import Table

PAPERS = (("a4", "A4"), ("letter", "US Letter"))
NOTE_LENGTH = 600


class PaperForm(PeriodForm):
    """Which days a printed report is about, and what its cover says besides."""

    note = forms.CharField(
        label="Note on the cover",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    paper = forms.ChoiceField(
        label="Paper", required=False, choices=PAPERS, widget=forms.Select(attrs={"class": "form-select"})
    )


@dataclass
class Paper:
    """One report: an account over some days (UTC, both included; None means from the first or to the last)."""

    request: WorkspaceRequest
    account: TrackedAccount
    start: date | None = None
    end: date | None = None
    note: str = ""
    size: str = "a4"

    @classmethod
    def of(cls, request: WorkspaceRequest, account: TrackedAccount, form: PaperForm) -> "Paper":
        """What is valid of a form; a wrong field counts as empty."""
        form.is_valid()
        given = form.cleaned_data if form.is_bound else {}
        return cls(
            request,
            account,
            start=given.get("start"),
            end=given.get("end"),
            note=given.get("note") or "",
            size=given.get("paper") or "a4",
        )

    @property
    def days(self) -> dict[str, Any]:
        """``start`` and ``end`` for queries."""
        return {"start": self.start, "end": self.end}

    @cached_property
    def answer(self) -> dict[str, Any]:
        """The demographics as the API gives them."""
        return demographics(self.account, **self.days).as_json()

    @cached_property
    def sums(self) -> Totals:
        """Comments, people and posts of the days."""
        return totals(self.account, **self.days)

    @cached_property
    def series(self) -> list[tuple[date, int]]:
        """Comments of each day, without gaps."""
        return daily(self.account, **self.days)

    @property
    def first(self) -> date | None:
        """The first day that the report is about."""
        return self.start or (self.series[0][0] if self.series else None)

    @property
    def last(self) -> date | None:
        """The last day that the report is about."""
        return self.end or (self.series[-1][0] if self.series else None)


def no_tables(paper: Paper) -> Iterable[Table]:
    """For sections whose figures stand in no table of their own."""
    return ()


@dataclass(frozen=True)
class Section:
    """A part of the report: ``context`` feeds its template (None leaves the section out), ``tables`` the workbook."""

    key: str
    title: str
    template: str
    context: Callable[[Paper], dict[str, Any] | None]
    tables: Callable[[Paper], Iterable[Table]] = field(default=no_tables)
