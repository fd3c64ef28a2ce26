"""M15: tables as files that a spreadsheet does not run, in constant memory."""

import asyncio
import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from aura.http import exports
from aura.http.exports import FORMATS, FORMULA, Download, Table, export_response, safe_cell
from aura.http.problems import Problem

ATTACKS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "＝1+1",
    "\u00a0=HYPERLINK(1)",
    "\ufeff=1",
]
VALUES = [UUID(int=7), 5, -5, 1.5, Decimal("2.50"), True, None, datetime(2026, 3, 1, 12, tzinfo=UTC), date(2026, 3, 1)]


def written(table: Table, name: str) -> bytes:
    out = io.BytesIO()
    FORMATS[name].write(table, out)
    return out.getvalue()


def sheet(data: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_formula_becomes_text(attack: str) -> None:
    table = Table("t", ["a", attack], [[attack, "plain"]])
    head, row = csv.reader(io.StringIO(written(table, "csv").decode("utf-8-sig"), newline=""))
    assert (row[0][0], head[1][0]) == ("'", "'")
    book = load_workbook(io.BytesIO(written(table, "xlsx")))
    cell = book.worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    assert json.loads(written(table, "json")) == [{"a": attack, attack: "plain"}]


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert not safe_cell(text).startswith(FORMULA)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=5))
def test_a_csv_comes_back_as_it_went_out(rows: list[list[str]]) -> None:
    text = written(Table("t", ["a", "b"], rows), "csv").decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[1:] == [[safe_cell(cell) for cell in row] for row in rows]


def test_numbers_and_times_stay_what_they_are() -> None:
    table = Table("t", [f"c{n}" for n in range(len(VALUES))], [VALUES])
    (_, row) = sheet(written(table, "xlsx"))
    assert row[1:4] == [5, -5, 1.5]
    assert row[5:] == [True, None, datetime(2026, 3, 1, 12), datetime(2026, 3, 1)]
    (line,) = written(table, "csv").decode("utf-8-sig").splitlines()[1:]
    assert line.split(",")[1:] == ["5", "-5", "1.5", "2.50", "true", "", "2026-03-01T12:00:00Z", "2026-03-01"]


def test_a_long_id_keeps_its_digits_in_excel() -> None:
    (_, row) = sheet(written(Table("t", ["id"], [[17841400000000001]]), "xlsx"))
    assert row == ["17841400000000001"]


def test_an_empty_table_has_its_head() -> None:
    table = Table("t", ["a", "b"], [])
    assert written(table, "csv").decode("utf-8-sig") == "a,b\r\n"
    assert sheet(written(table, "xlsx")) == [["a", "b"]]
    assert json.loads(written(table, "json")) == []


class Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def write(self, data: Any) -> int:
        return len(data)


def many(count: int) -> Iterator[list[Any]]:
    for number in range(count):
        yield [number, f"text {number} " * 20, datetime(2026, 3, 1, tzinfo=UTC)]


def peak(name: str, count: int) -> int:
    out: IO[bytes] = io.BytesIO() if name == "xlsx" else Nowhere()  # type: ignore[assignment]
    tracemalloc.start()
    FORMATS[name].write(Table("t", ["n", "text", "at"], many(count)), out)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most - (len(out.getvalue()) if isinstance(out, io.BytesIO) else 0)


@pytest.mark.parametrize("name", FORMATS)
def test_memory_does_not_grow_with_the_table(name: str) -> None:
    peak(name, 10)
    assert peak(name, 4_000) < peak(name, 400) + 2**20


def test_a_full_sheet_goes_on_in_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS", 4)
    book = load_workbook(io.BytesIO(written(Table("t", ["n"], [[n] for n in range(7)]), "xlsx")))
    assert [ws.max_row for ws in book.worksheets] == [4, 4, 2]
    assert all(ws["A1"].value == "n" for ws in book.worksheets)


def test_a_table_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 5)
    assert export_response(Table("t", ["n"], [[n] for n in range(5)]), FORMATS["csv"])[1] == 5
    with pytest.raises(Problem) as caught:
        export_response(Table("t", ["n"], [[n] for n in range(6)]), FORMATS["csv"])
    assert (caught.value.status_code, caught.value.get_codes()) == (413, "export_too_large")


def test_a_download_is_streamed_under_asgi_too() -> None:
    response, _ = export_response(Table("t t", ["n"], [["x" * 1000]] * 2_000), FORMATS["csv"])
    assert isinstance(response, Download)

    async def read() -> list[int]:
        return [len(part) async for part in response]

    # In a thread of its own: a browser test may have left an event loop running on this one.
    with ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(asyncio.run, read()).result()) > 30
    assert f"t-t-{datetime.now(UTC):%Y-%m-%d}.csv" in response["Content-Disposition"]
    response.close()
