"""What one person is given about themselves, as one page of HTML that needs nothing else."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1e; background: #fff }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid #ddd; overflow-wrap: break-word }
h2 { margin-top: 2rem }
.none { color: #666 }
@media print { body { margin: 0 } }
"""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?\+00:00")
_READABLE = r"\1 \2"
_TITLES = {
    "enrollments": "Enrollments",
    "waitlist": "Waiting lists",
    "cart": "Cart",
    "holds": "Holds on registration",
    "permits": "Permits not used yet",
    "feedback": "What was said when leaving",
}
_HEADINGS = {"at": "When", "reason": "Reason", "values": "Values", "summary": "What happened"}


def page(document: Mapping[str, Any]) -> str:
    """The page for a document of `Exporting.person`; whatever is in it is text, never markup."""
    made, positions = _MOMENT.sub(_READABLE, document["madeAt"]), document["positions"]
    intro = (
        f"Made {made} for: {document['purpose']}. The record was read up to position"
        f" {positions['log']}, what stands now up to {positions['views']}. Times are in UTC; those"
        " who acted are told by their role."
    )
    parts = [
        _section("Contact", _list(document["contact"])),
        *(_section(title, _table(document[name])) for name, title in _TITLES.items()),
        _section("Everything that was recorded", _table([_told(f) for f in document["facts"]])),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Personal data of student {escape(str(document['contact']['number']))}</title>"
        f"<style>{_STYLE}</style></head><body>"
        f"<h1>Personal data of student {escape(str(document['contact']['number']))}</h1>"
        f"<p>{escape(intro)}</p>{''.join(parts)}</body></html>\n"
    )


def _told(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": fact["at"],
        "summary": fact["summary"],
        "by": fact["role"],
        "through": fact["channel"],
        "values": fact["values"],
        "position": fact["position"],
    }


def _section(title: str, inner: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inner}</section>"


def _list(values: Mapping[str, Any]) -> str:
    rows = (
        f"<tr><th>{escape(_heading(name))}</th><td>{_shown(value)}</td></tr>"
        for name, value in values.items()
    )
    return f"<table>{''.join(rows)}</table>"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return '<p class="none">None.</p>'
    names = list(rows[0])
    head = "".join(f"<th>{escape(_heading(name))}</th>" for name in names)
    lines: Iterable[str] = (
        "<tr>" + "".join(f"<td>{_shown(row[name])}</td>" for name in names) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _shown(value: Any) -> str:
    match value:
        case None:
            return '<span class="none">none</span>'
        case dict() as items:
            return "<br>".join(f"{escape(_heading(n))}: {_shown(v)}" for n, v in items.items())
        case list():
            return ", ".join(map(_shown, value)) or '<span class="none">none</span>'
        case bool():
            return "yes" if value else "no"
        case _:
            text = _MOMENT.sub(_READABLE, str(value))  # the page says that times are in UTC
            return escape(text).replace("\n", "<br>")


def _heading(name: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return _HEADINGS.get(name, spaced.replace("_", " ").capitalize())
