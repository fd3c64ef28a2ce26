"""Paths below ``/api/v1/``."""

from django.urls import path

from accounts.api import auth, members, providers, schema, usage, workspaces

__all__ = ["schema", "urlpatterns"]

urlpatterns = [
    path("auth/register", auth.Register.as_view(), name="register"),
    path("auth/verify-email", auth.VerifyEmail.as_view(), name="verify_email"),
    path("auth/token", auth.Token.as_view(), name="token"),
    path("auth/token/refresh", auth.Refresh.as_view(), name="token_refresh"),
    path("auth/logout", auth.SignOut.as_view(), name="logout"),
    path("auth/password/reset", auth.Forgotten.as_view(), name="password_reset"),
    path("auth/password/reset/confirm", auth.NewPassword.as_view(), name="password_reset_confirm"),
    path("me", workspaces.Me.as_view(), name="me"),
    path("invitations/accept", workspaces.AcceptInvitation.as_view(), name="accept_invitation"),
    path("workspaces", workspaces.WorkspaceList.as_view(), name="workspaces"),
    path("workspaces/<slug:slug>", workspaces.WorkspaceDetail.as_view(), name="workspace"),
    path("workspaces/<slug:slug>/leave", workspaces.Leave.as_view(), name="leave_workspace"),
    path("workspaces/<slug:slug>/members", members.MemberList.as_view(), name="members"),
    path("workspaces/<slug:slug>/members/<uuid:pk>", members.MemberDetail.as_view(), name="member"),
    path("workspaces/<slug:slug>/members/<uuid:pk>/transfer", workspaces.Transfer.as_view(), name="transfer_workspace"),
    path("workspaces/<slug:slug>/invitations", members.InvitationList.as_view(), name="invitations"),
    path("workspaces/<slug:slug>/invitations/<uuid:pk>", members.InvitationDetail.as_view(), name="invitation"),
    path("workspaces/<slug:slug>/api-keys", members.KeyList.as_view(), name="api_keys"),
    path("workspaces/<slug:slug>/providers", providers.ProviderList.as_view(), name="providers"),
    path("workspaces/<slug:slug>/providers/<slug:provider>", providers.ProviderDetail.as_view(), name="provider"),
    path("workspaces/<slug:slug>/usage", usage.UsageView.as_view(), name="usage"),
    path("workspaces/<slug:slug>/usage/entries", usage.UsageEntries.as_view(), name="usage_entries"),
    path("workspaces/<slug:slug>/budget", usage.BudgetView.as_view(), name="budget"),
    path("workspaces/<slug:slug>/api-keys/<uuid:pk>", members.KeyDetail.as_view(), name="api_key"),
]
