"""The audience pages."""

from audience.views.accounts import account_list, import_dataset, picture
from audience.views.accuracy import accuracy, model_card
from audience.views.exports import account_export
from audience.views.report import account_report
from audience.views.review import review
from audience.views.runs import cancel_run, resume_run, run_detail, run_list, run_progress

__all__ = [
    "account_export",
    "account_list",
    "account_report",
    "accuracy",
    "cancel_run",
    "import_dataset",
    "model_card",
    "picture",
    "resume_run",
    "review",
    "run_detail",
    "run_list",
    "run_progress",
]
