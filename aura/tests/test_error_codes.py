"""Every code that an error can carry stands in docs/errors.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*|[A-Z]+(_[A-Z]+)+")
RAISED = re.compile(r"(Problem|Refused|ProviderError|ValidationError)$")
PLACE = {"problem_response": 1, "end": 2}
OTHERS = {"token_not_valid", "authentication_failed", "not_authenticated", "queue_full"}


def product_files() -> list[Path]:
    """The product's own modules."""
    found = [path for folder in ROOT.iterdir() if (folder / "__init__.py").exists() for path in folder.rglob("*.py")]
    return [path for path in found if not {"tests", "testing", "migrations", "sample"} & set(path.parts)]


def _constant(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield node.value


def _of_call(node: ast.Call, problem_class: bool) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for keyword in node.keywords:
        if keyword.arg == "code":
            yield from _constant(keyword.value)
    if RAISED.search(name) or (problem_class and name == "__init__"):
        yield from _constant(node.args[0] if node.args else None)
    elif name in PLACE and len(node.args) > PLACE[name]:
        yield from _constant(node.args[PLACE[name]])


def codes(tree: ast.AST) -> Iterator[str]:
    """The codes in one module: of raised problems and refusals, of ``code=``, of what ends a job."""
    problems = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Problem" for base in node.bases)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, id(node) in problems)
        elif isinstance(node, ast.FunctionDef) and node.name == "explain":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and isinstance(inner.value, ast.Tuple):
                    yield from _constant(inner.value.elts[0])
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "default_code":
            yield from _constant(node.value)


def test_every_code_is_documented() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    found = {code: path.name for path in product_files() for code in codes(ast.parse(path.read_text()))}
    assert {"queue_full", "rate_limited", "account_exists", "archive_bomb", "worker_died", "timeout"} <= set(found)
    missing = {code: name for code, name in found.items() if f"`{code}`" not in page}
    assert not missing, missing
    assert all(f"`{code}`" in page for code in OTHERS)


def test_no_documented_code_is_without_use() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    rows = re.findall(r"^\| `([A-Za-z_]+)` \|", page, re.MULTILINE)
    text = "\n".join(path.read_text() for path in product_files())
    builtin = OTHERS | {"bad_authorization_header"}
    builtin |= {"invalid", "parse_error", "method_not_allowed", "not_acceptable", "unsupported_media_type"}
    assert [code for code in rows if code not in builtin and f'"{code}"' not in text] == []
