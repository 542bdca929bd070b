"""The form of the code: sizes of functions and files, as CONTRIBUTING.md states them. Run by ``make check``."""

import ast
import statistics
import sys
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "gravida"
FILE_LINES, FUNCTION_MEDIAN, FUNCTION_P90, LONG, LONG_SHARE = 400, 8, 25, 50, 0.02


def function_lengths(path: Path) -> list[int]:
    """Return the lines of every function in a file, without its docstring."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
            docstring = first.end_lineno - first.lineno + 1 if has_docstring else 0
            found.append(node.end_lineno - node.lineno + 1 - docstring)
    return found


def problems() -> list[str]:
    """Return what is too large."""
    files = sorted(SOURCE.rglob("*.py"))
    lengths = [length for path in files for length in function_lengths(path)]
    median, p90 = statistics.median(lengths), statistics.quantiles(lengths, n=10)[8]
    long = sum(length > LONG for length in lengths) / len(lengths)
    print(f"{len(files)} files, {len(lengths)} functions: median {median:g} lines, 90th percentile {p90:g}, over {LONG} lines {long:.1%}")
    found = [f"{path}: {count} lines, more than {FILE_LINES}" for path in files if (count := len(path.read_text().splitlines())) > FILE_LINES]
    found += [f"median function {median} lines, more than {FUNCTION_MEDIAN}"] * (median > FUNCTION_MEDIAN)
    found += [f"90th percentile {p90} lines, more than {FUNCTION_P90}"] * (p90 > FUNCTION_P90)
    found += [f"{long:.1%} of functions over {LONG} lines, more than {LONG_SHARE:.0%}"] * (long > LONG_SHARE)
    return found


if __name__ == "__main__":
    broken = problems()
    print("\n".join(broken))
    sys.exit(bool(broken))
