"""Sessions with what lists, pages, files and the API show of them."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.queries.costs import with_costs
from optimizer.layout import Account, PlatformResult, Session, file_name, results_data
from optimizer.models import Optimization, Part, PlatformFile, PlatformOutput, ProductPhoto
from optimizer.queries.photos import photographs
from optimizer.timing import Timing, Window

S = Optimization.State
MAKING: Final = (S.QUEUED, S.RUNNING)
LIKE: Final = 20
"""So many sessions of the same kind tell how long the next one takes."""
FIRST_GUESS: Final = {False: 3.0, True: 6.0}
"""Seconds of a session without and with a model, before there is any to learn from."""
A_PHOTO: Final = 15.0
ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def sessions(search: str = "", state: str = "") -> QuerySet[Optimization]:
    """Newest first, with outputs, files and costs; ``state`` may also be ``making``."""
    rows = Optimization.objects.select_related("master", "source", "logo", "created_by")
    photos = ProductPhoto.objects.select_related("picture").order_by("style")
    rows = rows.prefetch_related(Prefetch("outputs", _outputs()), Prefetch("photos", photos), "compared__picture")
    for word in search.split()[:8]:
        rows = rows.filter(name__icontains=word) | rows.filter(description__icontains=word)
    if state:
        rows = rows.filter(state__in=MAKING if state == "making" else [state])
    return with_costs(rows, "optimization:").order_by("-created_at", "-pk")


def session_of(pk: UUID) -> Optimization | None:
    """One session with all that is shown of it, in a fixed number of queries; None where there is none."""
    return sessions().filter(pk=pk).first()


def pictures_of(optimization: Optimization) -> list[UUID]:
    """All pictures that a session refers to."""
    rows = PlatformFile.objects.filter(output__optimization=optimization)
    photos = optimization.photos.values_list("picture_id", flat=True)
    own = (optimization.master_id, optimization.source_id, optimization.logo_id, *photos)
    shown = [*rows.values_list("picture_id", flat=True), *optimization.compared.values_list("picture_id", flat=True)]
    return [*shown, *(one for one in own if one is not None)]


def same_as(optimization: Optimization, digest: str) -> Optimization | None:
    """The newest finished session of the same picture and options (O14), of which nothing has failed or was changed."""
    rows = sessions().filter(digest=digest, state=S.DONE, notes=[]).exclude(pk=optimization.pk)
    rows = rows.exclude(outputs__state__in=["failed", "cancelled", "queued", "running"])
    rows = rows.exclude(photos__state__in=["failed", "cancelled", "queued", "running"])
    changed = Q(edited=True) | Q(focus_x__isnull=False) | ~Q(fit=optimization.choices.fit)
    for platform in optimization.choices.platforms:
        chosen = optimization.choices.format_for(platform)
        changed |= Q(platform=platform) & ~Q(format_key=chosen)
    by_hand = PlatformOutput.objects.filter(changed, optimization=OuterRef("pk"))
    return rows.exclude(Exists(by_hand)).first()


def same_words(optimization: Optimization, digest: str) -> Optimization | None:
    """The newest session that has a model's answer to the same question."""
    rows = Optimization.objects.filter(words_digest=digest).exclude(words={}).exclude(pk=optimization.pk)
    return rows.order_by("-created_at").first()


def layout_of(optimization: Optimization) -> Session:
    """A session as its files tell it; of one from :func:`session_of` without a query."""
    told = optimization.analysis
    return Session(
        session_id=str(optimization.pk),
        status=optimization.state,
        image=optimization.name,
        created=optimization.created_at,
        results=tuple(_result(optimization, output) for output in optimization.outputs.all()),
        description=told.get("description", optimization.description),
        description_source=told.get("description_source", "user" if optimization.description else "none"),
        niches=tuple(told.get("niches", ())),
        subjects=tuple(told.get("subjects", ())),
        text_in_image=told.get("text_in_image", ""),
        is_product=told.get("is_product"),
        product_reason=told.get("product_reason", ""),
        seconds=seconds_of(optimization),
        notes=tuple(one["message"] for one in optimization.notes),
        extra=_comparison(told) | _photographs(optimization),
    )


def results_of(optimization: Optimization) -> dict[str, Any]:
    """The results as JSON values, as in the file of results."""
    return results_data(layout_of(optimization))


def status_of(optimization: Optimization) -> dict[str, Any]:
    """How far a session is: its state, each platform's, and when it is expected to be ready."""
    outputs = list(optimization.outputs.all())
    states = [output.state for output in outputs] + [photo.state for photo in optimization.photos.all()]
    steps = len(states) + 1
    done = sum(state not in {"queued", "running"} for state in states) + (optimization.texts != Part.WAITING)
    left = eta_seconds(optimization)
    return {
        "session_id": str(optimization.pk),
        "status": optimization.state,
        "progress": {
            "step": step_of(optimization),
            "done": steps if optimization.is_over else done,
            "total": steps,
            "percent": 100 if optimization.is_over else done * 100 // steps,
            "eta_seconds": left,
        },
        "estimated_completion": None if left is None else (timezone.now() + timedelta(seconds=left)).isoformat(),
        "created_at": optimization.created_at.isoformat(),
        "finished_at": _iso(optimization.finished_at),
        "processing_time": round(seconds_of(optimization), 3),
        "platforms": {output.platform: _platform_status(output) for output in outputs},
        "photographs": photographs(optimization),
        "error": _error(optimization),
        "notes": optimization.notes,
    }


def step_of(optimization: Optimization) -> str:
    """What is being done, in a word."""
    if optimization.is_over or optimization.state == S.QUEUED:
        return str(optimization.state)
    if optimization.pictures == Part.WAITING:
        return "pictures"
    return "texts" if optimization.texts == Part.WAITING else "photographs"


def seconds_of(optimization: Optimization) -> float:
    """How long it took, or takes until now."""
    if optimization.started_at is None:
        return 0.0
    return ((optimization.finished_at or timezone.now()) - optimization.started_at).total_seconds()


def eta_seconds(optimization: Optimization) -> int | None:
    """Seconds until a session is ready, as like ones of the workspace took (median); None once it is over."""
    if optimization.is_over:
        return None
    options = optimization.choices
    rows = Optimization.objects.filter(
        state=S.DONE, reused=False, options__writer=options.writer, options__photography=options.photography
    )
    took = rows.annotate(took=F("finished_at") - F("started_at")).order_by("-created_at").values_list("took", flat=True)
    known = [one.total_seconds() for one in took[:LIKE] if one is not None]
    guess = FIRST_GUESS[options.writer != "local"]
    if options.photography != "off":
        guess += A_PHOTO * max(1, len(options.styles))
    return max(1, round((median(known) if len(known) >= 3 else guess) - seconds_of(optimization)))


def file_of(output: PlatformOutput, style: str = "") -> PlatformFile | None:
    """The picture of a platform; of one from :func:`session_of` without a query."""
    return next((one for one in output.files.all() if one.style == style), None)


def name_of(optimization: Optimization, output: PlatformOutput, file: PlatformFile) -> str:
    """The name of a platform's picture among the files of its session."""
    style = f"_{file.style}" if file.style else ""
    platform = output.platform.replace(".", "_")
    return file_name(optimization.name, f"{platform}{style}.{ENDINGS[file.picture.media_type]}")


def timing_of(data: dict[str, Any], platform: str) -> Timing | None:
    """Stored posting times; None where there are none."""
    if not data:
        return None
    windows = tuple(Window(tuple(one["days"]), one["start"], one["end"]) for one in data["windows"])
    kept = {name: data[name] for name in ("basis", "sure", "why", "source", "comments")}
    return Timing(platform=platform, windows=windows, days=tuple(data["days"]), **kept)


def _outputs() -> QuerySet[PlatformOutput]:
    files = PlatformFile.objects.select_related("picture").order_by("style")
    return PlatformOutput.objects.prefetch_related(Prefetch("files", files)).order_by("number")


def _result(optimization: Optimization, output: PlatformOutput) -> PlatformResult:
    file = file_of(output)
    picture = file.picture if file is not None else None
    return PlatformResult(
        platform=output.platform,
        status={"done": "completed"}.get(output.state, output.state),
        caption=output.caption,
        title=output.title,
        hashtags=tuple(output.hashtags),
        alt_text=output.alt_text,
        timing=timing_of(output.timing, output.platform),
        accounts=tuple(_account(one) for one in optimization.accounts if one["platform"] == output.platform),
        file=name_of(optimization, output, file) if file is not None else "",
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        size=picture.size if picture else 0,
        media_type=picture.media_type if picture else "",
        seconds=output.seconds,
        product_photography=any(one.style for one in output.files.all()),
        writer=output.writer,
        code=output.error_code,
        error=output.error,
    )


def _photographs(optimization: Optimization) -> dict[str, Any]:
    made = photographs(optimization)
    return {"photographs": made} if made else {}


def _comparison(told: dict[str, Any]) -> dict[str, Any]:
    if not told.get("comparison"):
        return {}
    return {"comparison": {"text": told["comparison"], "best_picture": told["best_picture"]}}


def _account(data: dict[str, Any]) -> Account:
    sources = tuple((one["title"], one["url"]) for one in data.get("sources", ()))
    return Account(data["platform"], data["username"], data.get("url", ""), data.get("why", ""), sources)


def _platform_status(output: PlatformOutput) -> dict[str, Any]:
    return {
        "status": output.state,
        "processing_time": round(output.seconds, 3),
        "product_photography": any(one.style for one in output.files.all()),
        "error": {"code": output.error_code, "message": output.error} if output.error_code else None,
    }


def _error(optimization: Optimization) -> dict[str, Any] | None:
    if not optimization.error_code:
        return None
    return {
        "code": optimization.error_code,
        "message": optimization.error,
        "retry_after": optimization.retry_after,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
