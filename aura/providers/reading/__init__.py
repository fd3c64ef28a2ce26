"""What all language models that read profiles or comments share: questions, answers, and what to ask again. Pure."""

from aura.providers.reading.answers import Judged, judge
from aura.providers.reading.batches import Batch, Problem, Reply
from aura.providers.reading.comments import comments_question, judge_comments
from aura.providers.reading.questions import Question, Turn, question
from aura.providers.reading.rounds import Rounds, Stream, read

__all__ = [
    "Batch",
    "Judged",
    "Problem",
    "Question",
    "Reply",
    "Rounds",
    "Stream",
    "Turn",
    "comments_question",
    "judge",
    "judge_comments",
    "question",
    "read",
]
