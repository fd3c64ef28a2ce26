"""Pages below ``/accounts/``. ``entrance`` holds those that django-allauth knows by names of its own."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views import entrance as doors
from accounts.views import keys, members, person, providers, usage, workspace

View = Callable[..., Any]


def form(view: View) -> View:
    """A form of django-allauth, whose views would take every method."""
    return require_http_methods(["GET", "HEAD", "POST"])(view)


def page(view: View) -> View:
    """A page of django-allauth without a form."""
    return require_safe(view)


def own_form(view: View) -> View:
    """A form of django-allauth among a person's settings."""
    return person.in_settings(form(view))


def own_page(view: View) -> View:
    """A page of django-allauth among a person's settings."""
    return person.in_settings(page(view))


app_name = "accounts"
urlpatterns = [
    path("sign-in/", form(account.login), name="sign_in"),
    path("sign-in/link/<str:token>/", doors.sign_in_by_link, name="sign_in_by_link"),
    path("sign-out/", doors.sign_out, name="sign_out"),
    path("setup/<str:token>/", doors.setup, name="setup"),
    path("invitations/<str:token>/", doors.invitation, name="invitation"),
    path("workspace/switch/", workspace.switch_workspace, name="switch_workspace"),
    path("workspace/none/", workspace.no_workspace, name="no_workspace"),
    path("workspace/new/", workspace.create, name="new_workspace"),
    path("settings/", person.settings_home, name="settings"),
    path("settings/profile/", person.profile, name="profile"),
    path("settings/security/", person.security, name="security"),
    path("settings/security/api/end/", person.end_programs, name="end_programs"),
    path("settings/workspace/", workspace.workspace, name="workspace"),
    path("settings/workspace/rename/", workspace.rename, name="rename_workspace"),
    path("settings/workspace/transfer/", workspace.transfer, name="transfer_workspace"),
    path("settings/workspace/leave/", workspace.leave, name="leave_workspace"),
    path("settings/workspace/delete/", workspace.delete, name="delete_workspace"),
    path("settings/members/", members.member_list, name="members"),
    path("settings/members/<uuid:pk>/role/", members.change_member, name="change_member"),
    path("settings/members/<uuid:pk>/remove/", members.remove_member, name="remove_member"),
    path("settings/invitations/", members.invitation_list, name="invitations"),
    path("settings/invitations/<uuid:pk>/withdraw/", members.withdraw_invitation, name="withdraw_invitation"),
    path("settings/keys/", keys.key_list, name="keys"),
    path("settings/providers/", providers.provider_list, name="providers"),
    path("settings/providers/<str:provider>/check/", providers.check_key, name="check_provider"),
    path("settings/providers/<str:provider>/remove/", providers.remove_provider, name="remove_provider"),
    path("settings/usage/", usage.usage_page, name="usage"),
    path("settings/usage/budget/", usage.save_budget, name="budget"),
    path("settings/usage/files/<str:wanted>/", usage.usage_export, name="usage_export"),
    path("settings/keys/<uuid:pk>/revoke/", keys.revoke, name="revoke_key"),
]

entrance: list[URLPattern] = [
    path("sign-in/", form(account.login), name="account_login"),
    path("sign-in/code/", form(mfa.authenticate), name="mfa_authenticate"),
    path("sign-out/", doors.sign_out, name="account_logout"),
    path("sign-up/", form(account.signup), name="account_signup"),
    path("inactive/", page(account.account_inactive), name="account_inactive"),
    path("confirm-email/", page(account.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", form(account.confirm_email), name="account_confirm_email"),
    path("password/reset/", form(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", page(account.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        page(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        form(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("again/", own_form(account.reauthenticate), name="account_reauthenticate"),
    path("again/code/", own_form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("settings/email/", own_form(account.email), name="account_email"),
    path("settings/password/", own_form(account.password_change), name="account_change_password"),
    path("settings/password/set/", own_form(account.password_set), name="account_set_password"),
    path("settings/two-step/", person.to_security, name="mfa_index"),
    path("settings/two-step/on/", own_form(totp.activate_totp), name="mfa_activate_totp"),
    path("settings/two-step/off/", own_form(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("settings/codes/", own_page(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("settings/codes/new/", own_form(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("settings/codes/file/", own_page(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("settings/sessions/", own_form(sessions.list_usersessions), name="usersessions_list"),
]
