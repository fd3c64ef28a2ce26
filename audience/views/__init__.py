"""The audience pages."""

from audience.views.accounts import account_list, fetch_now, follow_account, import_dataset, picture
from audience.views.accuracy import accuracy, model_card
from audience.views.comparing import compare_accounts, compare_export, overlap_accounts, overlap_export
from audience.views.exports import account_export
from audience.views.hooks import apify_hook
from audience.views.people import account_growth, people, people_export
from audience.views.posts import account_posts
from audience.views.printed import account_print, account_workbook
from audience.views.report import account_report
from audience.views.review import review
from audience.views.runs import cancel_run, resume_run, run_detail, run_list, run_progress
from audience.views.words import account_comments, words_export

__all__ = [
    "account_comments",
    "account_export",
    "account_growth",
    "account_list",
    "account_posts",
    "account_print",
    "account_report",
    "account_workbook",
    "accuracy",
    "apify_hook",
    "cancel_run",
    "compare_accounts",
    "compare_export",
    "fetch_now",
    "follow_account",
    "import_dataset",
    "model_card",
    "overlap_accounts",
    "overlap_export",
    "people",
    "people_export",
    "picture",
    "resume_run",
    "review",
    "run_detail",
    "run_list",
    "run_progress",
    "words_export",
]
