"""The page “Posts” of an account: what each post brought, and how it stands against the usual one (A6)."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import WorkspaceRequest, workspace_view
from audience import charts, findings
from audience.forms import post_label
from audience.models import Post, TrackedAccount
from audience.queries.posts import Benchmark, benchmark, sorted_posts
from audience.standing import Standing, standing
from audience.views.accounts import find_account

PAGE = 25
STEP = 6
"""Hours of a point in the picture of a post's first week."""
HEADS = (
    ("date", "Post", ""),
    ("comments", "Comments", "au-num"),
    ("people", "People", "au-num d-none d-md-table-cell"),
    ("new", "First time here", "au-num d-none d-lg-table-cell"),
    ("likes", "Likes", "au-num d-none d-lg-table-cell"),
    ("rate", "Per 1,000 followers", "au-num au-roomy"),
    ("half", "Half of them after", "au-num d-none d-md-table-cell"),
)
SAME = {"rate": "comments"}
"""Heads whose order is that of another."""
DEFAULT = "-date"
KIND_WORDS = {
    "sidecar": "Album",
    "carousel_album": "Album",
    "image": "Picture",
    "video": "Video",
    "reels": "Reel",
    "clips": "Reel",
}
"""What Apify and the Graph API call a post's kind, as people do."""
INSTAGRAM = ("https://www.instagram.com/", "https://instagram.com/")


@dataclass(frozen=True, slots=True)
class Head:
    """A column that sorts: ``now`` is ``ascending``, ``descending`` or empty."""

    label: str
    css: str
    url: str
    now: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post as the page and the report show it."""

    post: Post
    label: str
    stands: Standing | None
    mark: str
    is_young: bool
    rate: float | None
    new_words: str
    half_words: str
    spark: charts.Spark | None
    url: str

    @property
    def kind(self) -> str:
        """“Album”, “Picture”, “Video”, or the service's own word."""
        return KIND_WORDS.get(self.post.kind.lower(), self.post.kind.capitalize())

    @property
    def link(self) -> str:
        """The post on Instagram, where its address is one."""
        return self.post.url if self.post.url.startswith(INSTAGRAM) else ""

    @property
    def link_words(self) -> str:
        """The same as one reads it on paper."""
        return self.link.removeprefix("https://").removeprefix("www.").rstrip("/")

    @property
    def times_words(self) -> str:
        """How often the usual post's comments, with the range: ``2.3 × (2.1–2.6)``."""
        if self.stands is None:
            return ""
        words = f"{_times(self.stands.times)} ×"
        if self.stands.low is None or self.stands.high is None:
            return words
        return f"{words} ({_times(self.stands.low)}–{_times(self.stands.high)})"


def _times(value: float) -> str:
    return f"{value:.2f}" if value < 0.095 else f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


@workspace_view()
@require_safe
def account_posts(request: WorkspaceRequest, username: str) -> HttpResponse:
    """The posts of an account, a page at a time, sorted by what is asked."""
    account = find_account(username)
    sort = asked_sort(request)
    found = benchmark(account)
    pages = Paginator(sorted_posts(account, SAME_SIGN.get(sort, sort)), PAGE).get_page(request.GET.get("page"))
    context = {
        "account": account,
        "pages": pages,
        "rows": [post_row(account, post, found) for post in pages.object_list],
        "heads": _heads(request, sort),
        "usual": found.usual,
        "columns": len(HEADS) + 2,
    }
    return render(request, "audience/posts.html", context)


SAME_SIGN = {f"{sign}{name}": f"{sign}{other}" for name, other in SAME.items() for sign in ("", "-")}


def asked_sort(request: HttpRequest) -> str:
    """The order asked for, or newest first where it is none of ours."""
    sort = request.GET.get("sort", "")
    return sort if sort.lstrip("-") in {name for name, _, _ in HEADS} and not sort.startswith("--") else DEFAULT


def _heads(request: HttpRequest, sort: str) -> list[Head]:
    heads = []
    for name, label, css in HEADS:
        now = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        # What is fast comes first where speed is asked for; everywhere else the most or the newest.
        turned = {"ascending": f"-{name}", "descending": name}.get(now, name if name == "half" else f"-{name}")
        query = request.GET.copy()
        query.pop("page", None)
        query["sort"] = turned
        heads.append(Head(label, css, f"?{query.urlencode()}", now))
    return heads


def post_row(account: TrackedAccount, post: Any, found: Benchmark) -> PostRow:
    """A row from a post with its ``sum_…`` values (:func:`audience.queries.posts.posts`)."""
    rate = 1000 * post.sum_comments / account.followers if account.followers else None
    hours = post.sum_hours or []
    week = [sum(hours[first : first + STEP]) for first in range(0, len(hours), STEP)]
    return PostRow(
        post=post,
        label=post_label(post),
        stands=standing(post.sum_comments, found.usual),
        mark=found.marks.get(post.pk, ""),
        is_young=post.pk in found.young,
        rate=rate,
        new_words=findings.percent(post.sum_new_people / post.sum_people) if post.sum_people else "",
        half_words=half_words(post.sum_half_hours, posted=post.posted_at is not None, any_=post.sum_comments > 0),
        spark=charts.spark(week) if any(week) else None,
        url=f"{reverse('audience:account', args=[account.username])}?post={post.pk}",
    )


def half_words(hours: int | None, *, posted: bool, any_: bool) -> str:
    """How long half of a post's comments took to come; empty where the post's time is not known."""
    if not posted or not any_:
        return ""
    if hours is None:
        return "over 7 days"
    if hours < 48:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{round(hours / 24)} days"
