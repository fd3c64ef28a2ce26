"""One chaos run: jobs work while their processes, queue and database are taken away; then everything is counted."""

import dataclasses
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import psycopg
from redis import Redis

from aura.embedded.home import BASE
from aura.testing.chaos.crew import Crew

POLL = 0.02
KILL, KILL_DISPATCHER, REDIS_LOST, POSTGRES_CRASH = "kill", "kill dispatcher", "redis lost", "postgres crash"
TABLE = """
DROP TABLE IF EXISTS chaos_effect; CREATE TABLE chaos_effect (id bigserial PRIMARY KEY, job_id uuid NOT NULL);
GRANT INSERT ON chaos_effect TO aura_app; GRANT SELECT, DELETE ON chaos_effect TO aura_staff;
GRANT USAGE ON SEQUENCE chaos_effect_id_seq TO aura_app
"""
COUNTS = """
SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state IN ('done', 'dead', 'cancelled')), count(*),
  count(*) FILTER (WHERE state = 'running')
FROM jobs_job WHERE kind LIKE 'chaos.%'
"""
REPORT = """
WITH effects AS (SELECT job_id, count(*) AS many FROM chaos_effect GROUP BY job_id)
SELECT count(*) FILTER (WHERE kind <> 'chaos.poison'),
  count(*) FILTER (WHERE kind <> 'chaos.poison' AND (state <> 'done' OR many IS NULL)),
  count(*) FILTER (WHERE many > 1),
  count(*) FILTER (WHERE kind = 'chaos.poison' AND state = 'dead' AND attempts = 3 AND many IS NULL),
  coalesce(sum(attempts) FILTER (WHERE kind <> 'chaos.poison'), 0), coalesce(max(attempts), 0)
FROM jobs_job LEFT JOIN effects ON effects.job_id = jobs_job.id WHERE kind LIKE 'chaos.%'
"""


@dataclasses.dataclass(frozen=True)
class Plan:
    """How many jobs, and what happens to them. Times are seconds."""

    jobs: int = 1000
    kills: int = 20
    dispatchers: int = 2
    flushes: int = 3
    crashes: int = 1
    poison: int = 3
    lease: int = 3
    patience: float = 900
    seed: int = 1


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of it. ``poisoned`` are poison jobs that ended as dead letters after three tries."""

    jobs: int
    lost: int
    doubled: int
    poisoned: int
    attempts: int
    most_attempts: int
    seconds: float
    events: tuple[str, ...]

    def is_clean(self, plan: Plan) -> bool:
        """True where nothing was lost, nothing doubled, and enough happened for that to mean something.

        The last strikes find nothing to hit where the work ends sooner than planned, so three quarters are enough.
        """
        planned = plan.kills + plan.dispatchers + plan.flushes + plan.crashes
        figures = (self.jobs, self.lost, self.doubled, self.poisoned)
        return figures == (plan.jobs, 0, 0, plan.poison) and len(self.events) >= 0.75 * planned

    def __str__(self) -> str:
        counted = {name: self.events.count(name) for name in sorted(set(self.events))}
        return (
            f"{self.jobs} jobs: {self.lost} lost, {self.doubled} doubled; {self.poisoned} poison jobs became dead "
            f"letters; {self.attempts} attempts (at most {self.most_attempts} for one job) in {self.seconds:.0f} s; "
            f"events: {', '.join(f'{name} {many}' for name, many in counted.items())}"
        )


def run(plan: Plan, environ: Mapping[str, str], crash: Callable[[], None] | None = None) -> Outcome:
    """Run a plan on the stores of ``environ`` and count. The database must be migrated."""
    chance = random.Random(plan.seed)
    environ = dict(environ) | {"AURA_JOB_LEASE": str(plan.lease)}
    began = time.monotonic()
    execute(environ, TABLE)
    crew = Crew(environ, chance)
    submit = [sys.executable, "manage.py", "submit_chaos", str(plan.jobs), str(plan.poison)]
    starter = subprocess.Popen(submit, env=environ, cwd=BASE)
    try:
        events = _torment(plan, environ, crew, chance, crash)
        if starter.wait(60):
            raise RuntimeError("The jobs could not be started.")
    finally:
        starter.kill()
        crew.stop()
    jobs, lost, doubled, poisoned, attempts, most = (int(value) for value in execute(environ, REPORT))
    execute(environ, "DROP TABLE chaos_effect")
    return Outcome(jobs, lost, doubled, poisoned, attempts, most, time.monotonic() - began, tuple(events))


def _torment(
    plan: Plan, environ: Mapping[str, str], crew: Crew, chance: random.Random, crash: Callable[[], None] | None
) -> list[str]:
    waiting = [KILL] * plan.kills + [KILL_DISPATCHER] * plan.dispatchers
    waiting += [REDIS_LOST] * plan.flushes + [POSTGRES_CRASH] * plan.crashes
    chance.shuffle(waiting)
    # Spread over the first nine tenths of the work, so that all of it happens while there is work to lose.
    thresholds = [plan.jobs * 0.9 * (n + 0.5) / len(waiting) for n in range(len(waiting))]
    events: list[str] = []
    limit = time.monotonic() + plan.patience
    while time.monotonic() < limit:
        crew.look_after()
        done, over, known, running = execute(environ, COUNTS)
        if known == plan.jobs + plan.poison == over:
            return events
        # A strike at idle processes proves nothing.
        if running and len(events) < len(waiting) and done >= thresholds[len(events)]:
            events.append(_strike(waiting[len(events)], environ, crew, crash))
        time.sleep(POLL)
    return events


def _strike(what: str, environ: Mapping[str, str], crew: Crew, crash: Callable[[], None] | None) -> str:
    if what == REDIS_LOST:
        with Redis.from_url(environ["REDIS_URL"]) as redis:
            redis.flushall()
        return what
    if what == POSTGRES_CRASH:
        if crash is None:
            raise RuntimeError("These stores cannot be crashed.")
        crash()
        return what
    return f"kill -9 {crew.kill_dispatcher() if what == KILL_DISPATCHER else crew.kill_one()}"


def execute(environ: Mapping[str, str], statement: str) -> tuple[int, ...]:
    """Run a statement as the superuser and return its first row."""
    with psycopg.connect(environ["DATABASE_URL"], connect_timeout=10, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return tuple(cursor.fetchone() or ()) if cursor.description else ()
