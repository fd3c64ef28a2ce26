"""Comments read by paid models, window by window, and by this machine where none can (A5, A6)."""

from contextlib import closing
from datetime import timedelta
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from audience.jobs.core import AT_LEAST, PAUSES, next_month, tell_budget
from audience.models import Run
from audience.services.words import paying
from audience.services.words.reading import Wanted, stamp
from aura.jobs.context import JobContext
from aura.providers.errors import BUDGET_REACHED, ProviderError
from aura.providers.local.wording import MAX_TEXT, masked
from aura.providers.text_ports import CommentOutcome, CommentText, Reader

LOOKS = 600.0
"""Seconds between two looks whether a budget was raised."""


class PaidWords:
    """Reads the comments of a run's account; ``read`` counts all that were read by anybody."""

    def __init__(self, context: JobContext, run: Run, readers: tuple[Reader, ...]) -> None:
        self.context, self.run, self.account = context, run, run.account
        self.readers = list(readers)
        self.wanted = Wanted(f"paid {stamp(readers[0])}", paying=True)
        self.reason = ""
        self.answered: set[UUID] = set()
        self.read = 0

    def finish(self) -> bool:
        """Read to the end of the pass. False where the job was put off, for money, a quota or a fresh start.

        Raises ``ProviderError`` where the job is to be tried again.
        """
        since = monotonic()
        while monotonic() - since < settings.AURA_JOB_TIMEOUT / 3:
            with self.context.transaction():
                window = paying.open_window(self.account, self.wanted)
            if window is None:
                return True
            try:
                self._send(list(window.unpaid))
            except ProviderError as error:
                if error.code not in PAUSES:
                    raise
                self._park(error)
                return False
            with self.context.transaction():
                self.read += paying.close_window(self.account, window, self.wanted, self.reason)
            self.context.progress(done=self.read)
        # An attempt has an end; the pass goes on where it is.
        with self.context.postpone(0, "", "", counts=False):
            pass
        return False

    def _send(self, left: list[paying.Copies]) -> None:
        """Ask the first reader that answers. One that cannot be asked is left out from then on, and why is kept."""
        self.answered.clear()
        while self.readers and (left := [some for some in left if some[0].comment not in self.answered]):
            reader = self.readers[0]
            try:
                self._ask(reader, left)
            except ProviderError as error:
                with self.context.transaction():
                    paying.release(self.context.job_id)
                if error.code in PAUSES or (error.retryable and self.context.tries_left):
                    raise
                self.readers.pop(0)
                self.reason = self.reason or f"{reader.name}: {error.code}"
                continue
            # What was not asked, because the job is to stop, is given back before it does.
            if self.context.stopping:
                with self.context.transaction():
                    paying.release(self.context.job_id)
            self.context.check_cancelled()
            return

    def _ask(self, reader: Reader, left: list[paying.Copies]) -> None:
        with self.context.transaction():
            taken = paying.take(self.account, self.context.job_id, reader.name, left)
        sent = {str(some[0].comment): some for some in taken}
        texts = [CommentText(name, masked(some[0].text.replace("＠", "@"), MAX_TEXT)) for name, some in sent.items()]
        with closing(reader.read(texts)) as outcomes:  # type: ignore[type-var]
            for outcome in outcomes:
                self._store(reader, outcome, sent)

    def _store(self, reader: Reader, outcome: CommentOutcome, sent: dict[str, paying.Copies]) -> None:
        """Keep what one call brought, and what it cost, in one transaction."""
        cost = None
        with self.context.transaction():
            if outcome.charge:
                cost = outcome.charge.book()
            self.read += paying.store(self.account, reader, outcome, sent)
        names = [*(one.id for one in outcome.readings), *outcome.failed]
        self.answered.update(one.comment for name in names for one in sent[name])
        if cost:
            self.context.cost(cost)
        if not self.context.stopping:
            self.context.progress(done=self.read)

    def _park(self, error: ProviderError) -> None:
        """Wait for the budget or the quota, and say so. A budget may be raised at any time: it is looked at often."""
        now = timezone.now()
        wait = max(AT_LEAST, error.retry_after or 0)
        until = now + timedelta(seconds=wait)
        if error.code == BUDGET_REACHED:
            wait, until = LOOKS, next_month(now)
        with self.context.postpone(wait, error.code, error.message, counts=False):
            paying.park(self.account, error.code, until)
            tell_budget(self.run, error)
