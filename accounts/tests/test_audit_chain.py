"""M13: the audit log cannot be changed unseen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts import chain
from accounts.chain import FIRST, Entry, breaks
from accounts.models import AuditEntry
from accounts.queries import check_chains
from accounts.services import forget_entries, record
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.fixtures import Team

committed = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


def made(size: int) -> list[Entry]:
    """A chain of so many entries."""
    found: list[Entry] = []
    for number in range(1, size + 1):
        previous = found[-1].digest if found else FIRST
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number)
        entry = Entry(uuid4(), None, None, "test.look", str(number), {"n": number}, at, number, previous, "")
        found.append(replace(entry, digest=chain.digest(entry)))
    return found


@given(st.integers(3, 12), st.data())
def test_whatever_is_changed_removed_or_swapped_breaks_the_chain(size: int, data: st.DataObject) -> None:
    entries = made(size)
    assert list(breaks(entries)) == []
    place = data.draw(st.integers(0, size - 2))
    changed = [*entries[:place], replace(entries[place], target="other"), *entries[place + 1 :]]
    assert [one.sequence for one in breaks(changed)] == [place + 1]
    assert list(breaks([*entries[:place], *entries[place + 1 :]]))
    swapped = [*entries[:place], entries[place + 1], entries[place], *entries[place + 2 :]]
    assert list(breaks(swapped))
    forged = replace(entries[place], target="other")
    forged = replace(forged, digest=chain.digest(forged))
    assert [one.sequence for one in breaks([*entries[:place], forged, *entries[place + 1 :]])] == [place + 2]


def test_only_a_checkpoint_accounts_for_missing_first_entries() -> None:
    entries = made(6)
    assert [one.sequence for one in breaks(entries[3:])] == [4]
    mark = replace(
        entries[-1],
        action=chain.CHECKPOINT,
        detail={"sequence": 3, "digest": entries[2].digest},
        sequence=7,
        previous=entries[-1].digest,
    )
    mark = replace(mark, digest=chain.digest(mark))
    assert list(breaks([*entries[3:], mark])) == []
    assert list(breaks([*entries[4:], mark]))


def test_the_detail_comes_back_as_it_was_hashed(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        record("test.look", user_id=team.bob.pk, people=[uuid4(), "é"], share=1e22, when=datetime.now(UTC), none=None)
        row = AuditEntry.objects.get()
        assert chain.digest(row.link) == row.digest
        assert (row.sequence, row.previous) == (1, FIRST)


def test_the_app_role_cannot_empty_the_log(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        record("test.look", user_id=None)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        workspace_scope(team.workspace.id),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE accounts_auditentry")


@committed
def test_two_at_once_follow_each_other(team: Team) -> None:
    def look() -> None:
        try:
            for _ in range(10):
                with workspace_scope(team.workspace.id):
                    record("test.look", user_id=team.bob.pk)
        finally:
            connection.close()

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (state,) = check_chains("north")
    assert (state.entries, state.last, state.breaks) == (30, 30, ())


@committed
def test_each_workspace_has_a_chain_and_so_has_staff(team: Team) -> None:
    for workspace in (team.workspace, team.elsewhere):
        with workspace_scope(workspace.id):
            record("test.look", user_id=team.bob.pk)
    with staff_scope("test"):
        record("staff.admin", user_id=team.bob.pk)
        record("staff.admin", user_id=team.bob.pk)
    assert {state.name: state.last for state in check_chains()} == {"": 2, "north": 1, "south": 1}


def tamper(statement: str, values: list[int]) -> None:
    """What only somebody with the staff role's password can do."""
    with transaction.atomic(using="staff"), connections["staff"].cursor() as cursor:
        cursor.execute(statement, values)


def five(workspace: UUID) -> None:
    with workspace_scope(workspace):
        for number in range(5):
            record("test.look", user_id=None, number=number)


@committed
def test_the_command_says_where_a_chain_breaks(team: Team) -> None:
    five(team.workspace.id)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "1 chains hold." in out.getvalue()
    (head,) = [state.head for state in check_chains()]
    call_command("verify_audit", expect=head, stdout=out)
    tamper("UPDATE accounts_auditentry SET target = 'x' WHERE sequence = %s", [3])
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 chains are broken"):
        call_command("verify_audit", stdout=out)
    assert "breaks at entry 3: the entry was changed" in out.getvalue()


@committed
def test_a_digest_noted_down_shows_that_the_end_was_cut_off(team: Team) -> None:
    five(team.workspace.id)
    (state,) = check_chains()
    tamper("DELETE FROM accounts_auditentry WHERE sequence > %s", [3])
    with pytest.raises(CommandError, match="cut off"):
        call_command("verify_audit", expect=state.head, stdout=StringIO())


@committed
def test_old_entries_go_and_the_rest_stays_verifiable(team: Team) -> None:
    five(team.workspace.id)
    assert forget_entries(team.workspace.id, datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert forget_entries(team.workspace.id, datetime.now(UTC) + timedelta(days=1)) == 4
    five(team.workspace.id)
    (state,) = check_chains()
    assert (state.entries, state.last, state.breaks) == (7, 11, ())
    assert forget_entries(team.workspace.id, datetime.now(UTC) + timedelta(days=1)) == 6
    (state,) = check_chains()
    assert state.breaks == ()
    with workspace_scope(team.workspace.id):
        kept = AuditEntry.objects.earliest("sequence")
    tamper("DELETE FROM accounts_auditentry WHERE sequence = %s", [kept.sequence])
    (state,) = check_chains()
    assert state.breaks
