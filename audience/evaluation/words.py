"""An evaluation as plain text for a terminal. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from aura.providers.ports import UNKNOWN


def percent(figure: Mapping[str, Any]) -> str:
    """``94.1%  (91.4 to 96.0)  n=405``, or why there is nothing."""
    if figure["value"] is None:
        return "not known, no such examples"
    value, low, high = (100 * figure[name] for name in ("value", "low", "high"))
    return f"{value:5.1f}%  ({low:.1f} to {high:.1f})  n={figure['n']}"


def number(figure: Mapping[str, Any], digits: int = 3) -> str:
    """The same for figures that are no shares."""
    if figure["value"] is None:
        return "not known, no such examples"
    value, low, high = (f"{figure[name]:.{digits}f}" for name in ("value", "low", "high"))
    return f"{value:>6}  ({low} to {high})  n={figure['n']}"


def lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """Line by line what :func:`audience.evaluation.report.evaluation` and the command found."""
    model, rows = answer["model"], answer["rows"]
    yield f"Model {model['name']}, version {model['version']}" + (f", prompt {model['prompt']}" * bool(model["prompt"]))
    yield f"Rows {rows['listed']}, evaluated {rows['evaluated']}, left out {rows['left_out']}"
    if rows["placed_by_middle"]:
        yield f"{rows['placed_by_middle']} ages are spans that cross Aura's brackets: placed by their middle"
    yield "All ranges are 95 %."
    if answer["gender"]["labelled"]:
        yield from _question("Gender", answer["gender"])
    if answer["age"]["labelled"]:
        yield from _question("Age bracket", answer["age"])
        yield from _years(answer["age"]["years"])
    yield from _speed(answer)
    yield from _problems(answer["problems"], answer["rows"]["problems"])


def _question(title: str, found: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{title} ({found['labelled']} labelled)"
    shares = [
        ("answered", "coverage"),
        ("right, of the answered", "accuracy"),
        ("right, abstentions wrong", "accuracy_abstentions_wrong"),
        ("right, made to answer", "accuracy_without_abstaining"),
        ("right or one bracket off", "accuracy_within_one"),
    ]
    for words, name in shares:
        if name in found:
            yield f"  {words:26} {percent(found[name])}"
    yield f"  {'macro-F1, of the answered':26} {number(found['macro_f1'])}"
    yield f"  {'macro-F1, all':26} {number(found['macro_f1_abstentions_missed'])}"
    yield f"  {'calibration error (ECE)':26} {number(found['calibration_error'])}"
    yield f"  {'area under risk–coverage':26} {number(found['aurc'], 4)}"
    yield from _classes(found)
    yield from _confusion(found["confusion"])
    yield from _reliability(found["reliability"])
    yield from _curve(found["risk_coverage"])
    yield from _groups(found["groups"])


def _classes(found: Mapping[str, Any]) -> Iterator[str]:
    yield "  by value        precision                           recall (answered)                   answered"
    for one in found["classes"]:
        if one["labelled"] or one["precision"]["n"]:
            cells = "  ".join(f"{percent(one[name]):34}" for name in ("precision", "recall", "coverage"))
            yield f"    {one['value']:10}    {cells}".rstrip()


def _confusion(table: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    columns = list(next(iter(table.values())))
    yield "  truth \\ seen  " + "".join(f"{'none' if name == UNKNOWN else name:>8}" for name in columns)
    for truth, row in table.items():
        if any(row.values()):
            yield f"    {truth:10}  " + "".join(f"{row[name]:8.0f}" for name in columns)


def _reliability(bins: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "  said to be sure   was right"
    for one in bins:
        yield f"    {100 * one['confidence']:5.1f}%          {percent(one['accuracy'])}"


def _curve(points: list[Mapping[str, float]]) -> Iterator[str]:
    step = max(1, len(points) // 8)
    chosen = [*points[::step], *points[-1:]] if points else []
    yield "  answering from   covers   wrong among these"
    last = None
    for point in chosen:
        if point is not last:
            yield f"    {point['threshold']:6.3f}        {100 * point['coverage']:5.1f}%   {100 * point['risk']:5.1f}%"
        last = point


def _groups(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    if not groups:
        return
    yield "  by group                  answered                            right, of the answered"
    for one in groups:
        small = "  too few to rank" if one["too_small"] else ""
        yield f"    {one['group'][:20]:20}    {percent(one['coverage']):34}  {percent(one['accuracy'])}{small}"


def _years(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"  mean absolute error        {number(found['mean_absolute_error'], 1)} years, by {found['estimated_by']}"
    yield f"  mean error                 {number(found['mean_error'], 1)} years"
    for one in found["by_bracket"]:
        if one["mean_absolute_error"]["n"]:
            yield f"    {one['bracket']:8} error {number(one['mean_error'], 1)} years"


def _speed(answer: Mapping[str, Any]) -> Iterator[str]:
    speed, cost = answer["speed"], answer["cost"]
    yield ""
    yield f"Time  {speed['seconds']:.1f} s, {speed['seconds_per_1000']:.1f} s per 1,000 profiles"
    yield f"Cost  ${cost['usd']:.4f}, ${cost['usd_per_1000']:.4f} per 1,000 profiles"


def _problems(problems: list[Mapping[str, Any]], count: int) -> Iterator[str]:
    if not count:
        return
    yield ""
    yield f"Problems ({count})"
    for one in problems[:20]:
        yield f"  line {one['line']}: {one['message']}"
    if count > 20:
        yield f"  … and {count - 20} more, see the JSON"
