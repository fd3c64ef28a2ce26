"""The sections of the printed report, in their order. A further one is a template and a function from the paper."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from audience import charts, findings
from audience.models import AudienceDay, Post
from audience.queries.activity import busiest, by_hour, top_people
from audience.queries.matching import instants
from audience.queries.people import posts_by_time
from audience.queries.posts import Benchmark, benchmark, sorted_posts
from audience.views.exports import GROUP_HEAD, group_rows
from audience.views.paper import Paper, Section
from audience.views.posts import PostRow, post_row
from audience.views.report import comments_line, kpis, language_words
from aura.http.exports import Table

BEST, LOWEST = 15, 5
PEOPLE = 20
IN_FILE = 1000


def summary(paper: Paper) -> dict[str, Any] | None:
    """The strip of figures and the findings in words."""
    found = busiest(paper.account, **paper.days)
    return {"kpis": kpis(paper.answer, paper.sums, paper.series), "busiest": found, "words": _words(paper)}


def _words(paper: Paper) -> list[str]:
    answer = paper.answer
    line = charts.line(paper.series)
    types = charts.parts(answer["profile_type"], findings.TYPE_WORDS)
    languages = charts.parts(answer["language"], language_words(answer["language"]), most=6)
    split = findings.gender_split(answer)
    words = [findings.gender_age(answer)]
    if split:
        words.append(
            f"{findings.percent(split[0])} women among those we could read "
            f"(95% range {findings.percent(split[1])} to {findings.percent(split[2])})"
        )
    words += [f"Account types: {types.finding}", f"Languages: {languages.finding}"]
    return [*words, *([line.finding] if line else [])]


def who(paper: Paper) -> dict[str, Any] | None:
    """Age and gender, account types, languages."""
    answer = paper.answer
    return {
        "demographics": answer,
        "legend": charts.gender_key(answer["gender"]),
        "pyramid": charts.pyramid(answer["age_gender"]),
        "types": charts.parts(answer["profile_type"], findings.TYPE_WORDS, most=6),
        "languages": charts.parts(answer["language"], language_words(answer["language"]), most=8),
    }


def who_tables(paper: Paper) -> Iterable[Table]:
    """Every group with its range."""
    yield Table("Demographics", GROUP_HEAD, group_rows(paper.answer))


def when(paper: Paper) -> dict[str, Any] | None:
    """Comments over time, month by month, and by weekday and hour."""
    zone = paper.account.time_zone
    return {
        "line": comments_line(paper.series, posts_by_time(paper.account)),
        "months": _months(paper),
        "heat": charts.heat(by_hour(paper.account, zone=zone, **paper.days)),
        "zone": zone.replace("_", " "),
    }


def _days(paper: Paper) -> QuerySet[AudienceDay]:
    days = AudienceDay.objects.filter(account=paper.account).order_by("day")
    days = days.filter(day__gte=paper.start) if paper.start else days
    return days.filter(day__lte=paper.end) if paper.end else days


def _months(paper: Paper) -> list[tuple[date, int, int, int]]:
    """First day, days with comments, comments and new people of each month."""
    months: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for day, comments, new in _days(paper).values_list("day", "comments", "new_people"):
        month = months[day.replace(day=1)]
        month[0] += 1
        month[1] += comments
        month[2] += new
    return [(first, row[0], row[1], row[2]) for first, row in months.items()]


def when_tables(paper: Paper) -> Iterable[Table]:
    """Days, and hours of the week."""
    days = _days(paper).values_list("day", "comments", "people", "new_people")
    yield Table("Days", ["day (UTC)", "comments", "people", "people new that day"], days.iterator(chunk_size=2000))
    zone = paper.account.time_zone
    hours = by_hour(paper.account, zone=zone, **paper.days)
    rows = ([charts.WEEKDAYS[day], hour, comments] for day, hour, comments in hours)
    yield Table("Hours", ["weekday", f"hour ({zone})", "comments"], rows)


def _posts(paper: Paper, sort: str) -> QuerySet[Post]:
    first, after = instants(paper.start, paper.end)
    found = sorted_posts(paper.account, sort)
    found = found.filter(posted_at__gte=first) if first else found
    return found.filter(posted_at__lt=after) if after else found


def post_by_post(paper: Paper) -> dict[str, Any] | None:
    """The posts with most comments, and those that certainly brought less than usual."""
    found = benchmark(paper.account)
    rows = [post_row(paper.account, post, found) for post in _posts(paper, "-comments")[:BEST]]
    lowest = [key for key, mark in found.marks.items() if mark == "worst"]
    low = [post_row(paper.account, post, found) for post in _posts(paper, "comments").filter(pk__in=lowest)[:LOWEST]]
    return {"rows": rows, "lowest": low, "usual": found.usual} if rows else None


POST_HEAD = (
    "post",
    "caption",
    "posted (UTC)",
    "kind",
    "comments",
    "people",
    "new people",
    "replies",
    "answers of the account",
    "likes",
    "comments per 1,000 followers",
    "hours to half of the comments",
    "times the usual post",
    "95% low",
    "95% high",
)


def post_tables(paper: Paper) -> Iterable[Table]:
    """Every post of the days."""
    found = benchmark(paper.account)
    yield Table("Posts", POST_HEAD, _post_cells(paper, found))


def _post_cells(paper: Paper, found: Benchmark) -> Iterator[list[Any]]:
    for post in _posts(paper, "-comments").iterator(chunk_size=500):
        row = post_row(paper.account, post, found)
        yield [post.url or post.shortcode, post.caption, post.posted_at, post.kind, *_figures(row)]


def _figures(row: PostRow) -> list[Any]:
    post: Any = row.post
    stands = row.stands
    ends = [stands.times, stands.low, stands.high] if stands else [None] * 3
    sums = [post.sum_comments, post.sum_people, post.sum_new_people, post.sum_replies, post.sum_owner_replies]
    return [*sums, post.likes, row.rate, post.sum_half_hours, *(None if end is None else round(end, 3) for end in ends)]


def people(paper: Paper) -> dict[str, Any] | None:
    """Who comments most: names and counts, nothing that was guessed. A possible minor is never a row."""
    rows = top_people(paper.account, limit=PEOPLE, **paper.days)
    return {"people": rows} if rows else None


def people_tables(paper: Paper) -> Iterable[Table]:
    """The same, more of them."""
    head = ["username", "name", "comments", "likes received", "last comment (UTC)"]
    rows = top_people(paper.account, limit=IN_FILE, **paper.days)
    names = ("username", "full_name", "comments", "likes", "last_at")
    yield Table("People", head, ([row[name] for name in names] for row in rows))


def method(paper: Paper) -> dict[str, Any] | None:
    """How the numbers were made, and what they do not say."""
    made = paper.answer["method"]
    model = findings.model_words(str(made.get("model") or "none yet"))
    return {"demographics": paper.answer, "words": findings.method(paper.answer), "made": made, "model": model}


SECTIONS: tuple[Section, ...] = (
    Section("summary", "In short", "audience/print/summary.html", summary),
    Section("who", "Who comments", "audience/print/who.html", who, who_tables),
    Section("when", "When they comment", "audience/print/when.html", when, when_tables),
    Section("posts", "Post by post", "audience/print/posts.html", post_by_post, post_tables),
    Section("people", "People who comment most", "audience/print/people.html", people, people_tables),
    Section("method", "How these numbers are made", "audience/print/method.html", method),
)
