"""A session as its page shows it: one card for each platform, made of pieces that are swapped when they change.

A piece's version says what state it shows. The page names the pieces that it has, and gets those that differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from optimizer.captions import IN_CAPTION
from optimizer.layout import SURE, Account, PlatformResult
from optimizer.limits import KINDS, TEXTS, HashtagRange, TextLimit, count, hashtag_range
from optimizer.models import Optimization, Part, PlatformFile, PlatformOutput, ProductPhoto
from optimizer.options import digest
from optimizer.photography import STYLES, Style
from optimizer.platforms import PlatformFormat, format_for, format_of, has_format
from optimizer.queries.photos import photos_of
from optimizer.queries.sessions import file_of, layout_of, name_of
from optimizer.timing import DAYS, Timing, window_words
from optimizer.wording import LABELS

GOING: Final = frozenset({"queued", "running"})
DASH: Final = "\N{EN DASH}"
JOINER: Final = "\N{WORD JOINER}"
NAMES: Final = {"title": "Title", "caption": "Caption", "alt_text": "Alt text"}


@dataclass(frozen=True, slots=True)
class Text:
    """One editable text with its limit; ``given`` is what a person typed where that was refused, with ``error``."""

    kind: str
    label: str
    value: str
    limit: TextLimit
    length: int
    error: str = ""

    @property
    def too_long(self) -> bool:
        """More than the platform takes."""
        return self.length > self.limit.most


@dataclass(slots=True)
class Card:
    """One platform. ``shape`` is its size: the chosen one, else the one by the picture's shape, None before.

    ``frame`` is the form of the crop, and ``frame_error`` why what was sent cannot be; the pages set them.
    """

    output: PlatformOutput
    label: str
    slug: str
    result: PlatformResult
    shape: PlatformFormat | None
    file: PlatformFile | None
    texts: tuple[Text, ...]
    hashtags: str
    hashtags_error: str
    range: HashtagRange
    in_caption: bool
    posting: Mapping[str, Any]
    picture_going: bool
    words_going: bool
    notes: tuple[str, ...]
    may_frame: bool
    frame: Any = None
    frame_error: str = ""

    @property
    def is_story(self) -> bool:
        """Whether it is shown as a story: the whole screen of a phone."""
        return self.shape is not None and self.shape.key == "story"

    @property
    def ratio(self) -> str:
        """The measures of its size, to keep its place before it is there."""
        return f"{self.shape.width}x{self.shape.height}" if self.shape else ""

    @property
    def alt(self) -> str:
        """What is told of the picture to people who do not see it."""
        return self.output.alt_text or f"The picture for {self.label}"

    @property
    def took(self) -> str:
        """How long the picture took, in words."""
        seconds = self.output.seconds
        if seconds < 0.001:
            return "under 1\N{NO-BREAK SPACE}ms"
        return f"{seconds:.1f}\N{NO-BREAK SPACE}s" if seconds >= 1 else f"{seconds * 1000:.0f}\N{NO-BREAK SPACE}ms"

    @property
    def rows(self) -> int:
        """Lines of the caption's field, so that most captions are seen whole."""
        lines = sum(1 + len(line) // 80 for line in self.output.caption.split("\n"))
        return max(4, min(14, lines + 1))

    @property
    def snippet(self) -> str:
        """The caption as far as the platform shows it before "more"."""
        shown = TEXTS[self.output.platform]["caption"].shown
        caption = self.output.caption
        return caption if not shown or len(caption) <= shown else caption[:shown].rstrip()

    @property
    def is_cut(self) -> bool:
        """Whether the platform hides a part of the caption behind "more"."""
        return self.snippet != self.output.caption

    @property
    def picture_version(self) -> str:
        """Changes with the picture and with its state, and when the words below it come."""
        file = self.file
        error = digest(self.output.error)[:6]
        return f"{self.output.state}{file.picture_id if file else ''}{error}{self.words_version}"

    @property
    def words_version(self) -> str:
        """Changes once the words are there; not with what people type."""
        return "going" if self.words_going else "there" if self.output.caption else "none"

    @property
    def frame_version(self) -> str:
        """Changes once the crop may be changed."""
        return "open" if self.may_frame else "closed"


@dataclass(frozen=True, slots=True)
class Photo:
    """One product photograph in a style; ``files`` are platform, file and its name among the session's files."""

    row: ProductPhoto
    style: Style
    files: tuple[tuple[str, PlatformFile, str], ...]


def cards(optimization: Optimization, refused: Mapping[str, Mapping[str, tuple[str, str]]] | None = None) -> list[Card]:
    """All platforms of a session from ``session_of``, in its order; no query of its own.

    ``refused`` holds, by platform and kind of text, what was typed and why it cannot be.
    """
    results = {one.platform: one for one in layout_of(optimization).results}
    return [
        _card(optimization, output, results[output.platform], (refused or {}).get(output.platform, {}))
        for output in optimization.outputs.all()
    ]


def misses_something(optimization: Optimization) -> bool:
    """Whether trying again would make something that is not there."""
    is_whole = optimization.pictures == optimization.texts == Part.DONE
    return not is_whole or any(output.state != output.State.DONE for output in optimization.outputs.all())


def photos(optimization: Optimization) -> list[Photo]:
    """Product photographs in the order of the styles."""
    return [Photo(row, STYLES[row.style], _files(optimization, row.style)) for row in photos_of(optimization)]


def common_fault(shown: Sequence[Photo]) -> str:
    """Why none of several photographs could be made, where all failed for one reason; else ""."""
    errors = {photo.row.error for photo in shown if photo.row.state == "failed"}
    is_all = len(shown) > 1 and all(photo.row.state == "failed" for photo in shown)
    return errors.pop() if is_all and len(errors) == 1 else ""


def photos_version(optimization: Optimization) -> str:
    """Changes with every photograph, its state and its files."""
    files = [str(one.picture_id) for output in optimization.outputs.all() for one in output.files.all() if one.style]
    rows = [(row.style, row.state, str(row.picture_id), row.error) for row in photos_of(optimization)]
    return digest(rows, files)[:12]


def accounts(cards_: Sequence[Card]) -> list[tuple[str, Account]]:
    """The accounts to tag of all platforms, each once, with the platform's name for people."""
    seen: dict[tuple[str, str], tuple[str, Account]] = {}
    for card in cards_:
        for account in card.result.accounts:
            seen.setdefault((account.platform, account.username.lower()), (card.label, account))
    return list(seen.values())


def words_of(notes: Sequence[Any]) -> tuple[str, ...]:
    """Notes as sentences, each once; they are stored as text or with a code."""
    said = (str(one.get("message", "")) if isinstance(one, Mapping) else str(one) for one in notes)
    return tuple(dict.fromkeys(one for one in said if one))


def signed(names: Sequence[str]) -> str:
    """Hashtags in one line."""
    return " ".join(f"#{name}" for name in names)


def _card(
    optimization: Optimization,
    output: PlatformOutput,
    result: PlatformResult,
    refused: Mapping[str, tuple[str, str]],
) -> Card:
    file = file_of(output)
    typed, wrong = refused.get("hashtags", (signed(output.hashtags), ""))
    return Card(
        output=output,
        label=LABELS[output.platform],
        slug=output.platform.partition(".")[0],
        result=result,
        shape=_shape(optimization, output),
        file=file,
        texts=tuple(_text(output, kind, refused.get(kind)) for kind in KINDS if kind in TEXTS[output.platform]),
        hashtags=typed,
        hashtags_error=wrong,
        range=hashtag_range(output.platform, optimization.choices.hashtag_preset),
        in_caption=output.platform in IN_CAPTION,
        posting=_posting(result.timing),
        picture_going=output.state in GOING,
        words_going=not optimization.is_over and optimization.texts == "waiting" and not output.caption,
        notes=words_of([*output.notes, *(file.notes if file else [])]),
        may_frame=optimization.master_id is not None and optimization.is_over,
    )


def _files(optimization: Optimization, style: str) -> tuple[tuple[str, PlatformFile, str], ...]:
    found = ((output, file_of(output, style)) for output in optimization.outputs.all())
    return tuple((LABELS[one.platform], file, name_of(optimization, one, file)) for one, file in found if file)


def _text(output: PlatformOutput, kind: str, refused: tuple[str, str] | None) -> Text:
    value, error = refused or (str(getattr(output, kind)), "")
    limit = TEXTS[output.platform][kind]
    return Text(kind, NAMES[kind], value, limit, count(value.strip(), output.platform, kind), error)


def _shape(optimization: Optimization, output: PlatformOutput) -> PlatformFormat | None:
    key = output.format_key
    if optimization.width and optimization.height:
        return format_for(output.platform, key, optimization.width, optimization.height)
    return format_of(output.platform, key) if key and has_format(output.platform, key) else None


def _posting(timing: Timing | None) -> dict[str, Any]:
    if timing is None:
        return {}
    return {
        "days": ", ".join(DAYS[day] for day in timing.days),
        # No line ends between the hours of a window.
        "times": [window_words(window).replace(DASH, f"{JOINER}{DASH}{JOINER}") for window in timing.windows],
        "peak": timing.peak,
        "sure": SURE[timing.sure],
        "why": timing.why,
        "source": timing.source,
    }
