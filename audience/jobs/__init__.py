"""The pipeline of a run, top to bottom: fetch or take in → read people in batches → report (A1–A5, A9, M14).

Every effect is written in a transaction that also proves that this worker still owns the job, so a killed worker's work
is taken up where its last batch was committed and nothing is counted, or paid for, twice.
"""

from audience.jobs.checking import check_rollups, run_check
from audience.jobs.classifying import run_classify, run_pictures
from audience.jobs.control import cancel_run, resume_run, start_live, tick
from audience.jobs.importing import run_import, start_import
from audience.jobs.reporting import run_report
from audience.jobs.scraping import run_scrape, stop_outside
from audience.jobs.trials import run_trial
from audience.jobs.words import run_words

__all__ = [
    "cancel_run",
    "check_rollups",
    "resume_run",
    "run_check",
    "run_classify",
    "run_import",
    "run_pictures",
    "run_report",
    "run_scrape",
    "run_trial",
    "run_words",
    "start_import",
    "start_live",
    "stop_outside",
    "tick",
]
