"""``python -m aura.testing.house``: the house measure. Long files, long functions and wrong import forms fail the lint.

Measured over the product's own Python (no migrations, no tests): files up to 300 lines, functions up to 50 and 12 on
average, counted without docstring and blank lines.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE, MAX_FUNCTION, MAX_MEAN = 300, 50, 12.0
Function = ast.FunctionDef | ast.AsyncFunctionDef


def own_files() -> list[Path]:
    """Tracked Python files of the product and its tests, without migrations."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split() if "/migrations/" not in name and (ROOT / name).is_file()]


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method of a module."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def length(node: Function, lines: list[str]) -> int:
    """Lines of code of a function: its signature and body without docstring, comments and blank lines."""
    first, last = node.lineno, node.end_lineno or node.lineno
    documented = ast.get_docstring(node, clean=False) is not None
    skipped = range(0)
    if documented:
        skipped = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    code = (n for n in range(first, last + 1) if n not in skipped)
    return sum(1 for n in code if lines[n - 1].strip() and not lines[n - 1].lstrip().startswith("#"))


def measure(path: Path) -> tuple[list[str], list[int]]:
    """What is wrong with one file, in words, and the lengths of its functions."""
    text = path.read_text()
    lines = text.splitlines()
    name = path.relative_to(ROOT)
    found = [f"{name}: {len(lines)} lines, at most {MAX_FILE}"] if len(lines) > MAX_FILE else []
    lengths = []
    for node in functions(ast.parse(text)):
        size = length(node, lines)
        lengths.append(size)
        if size > MAX_FUNCTION:
            found.append(f"{name}:{node.lineno} {node.name}: {size} lines, at most {MAX_FUNCTION}")
    return found, lengths


def main() -> int:
    problems, lengths = [], []
    for path in own_files():
        found, sizes = measure(path)
        problems += found
        if "tests" not in path.parts:
            lengths += sizes
    mean = sum(lengths) / max(1, len(lengths))
    if mean > MAX_MEAN:
        problems.append(f"functions have {mean:.1f} lines on average, at most {MAX_MEAN:g}")
    sys.stdout.write("\n".join([*problems, f"{len(lengths)} functions, {mean:.1f} lines on average"]) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
