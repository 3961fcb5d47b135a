"""The report: the three modes' numbers, as JSON and for people to read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Report:
    """`ok`: nothing in the oracle's checkpoints is unexplained, no seat of ours stood idle beside
    a waitlist at rest, and the rush sold every seat exactly once."""

    document: dict[str, Any]
    pictures: tuple[Path, ...] = field(default=())

    @property
    def ok(self) -> bool:
        oracle, rollbook, rush = (self.document.get(m) for m in ("oracle", "rollbook", "rush"))
        return (
            (oracle is None or _oracle_ok(oracle))
            and (rollbook is None or rollbook["idle_spells"] + rollbook["idle_open"] == 0)
            and (rush is None or _rush_ok(rush))
        )

    def text(self) -> str:
        """The same for people to read."""
        data = self.document["data"]
        lines = [
            f"{data['term']}: {data['changes']:,} changes of {data['sections']:,} sections,"
            f" {data['courses']:,} courses, {data['begins']} to {data['ends']}"
        ]
        for mode, told in (("oracle", _oracle), ("rollbook", _rollbook), ("rush", _rush)):
            if mode in self.document:
                lines += ["", *told(self.document[mode])]
        lines += [f"\npicture: {path}" for path in self.pictures]
        return "\n".join(lines)


def _oracle_ok(oracle: dict[str, Any]) -> bool:
    aggregates, rule = oracle["aggregates"], oracle["conflict_rule"]
    return bool(
        oracle["unexplained"] == 0
        and aggregates["equal"] == aggregates["sections"]
        and rule["refused"] == rule["clashing_attempts"]
    )


def _rush_ok(rush: dict[str, Any]) -> bool:
    wrong = rush["oversold"] + rush["unsold"] + rush["errors"]
    return wrong == 0 and rush["accepted"] == rush["seats"] and bool(rush["views_equal"])


def _oracle(part: dict[str, Any]) -> list[str]:
    share = part["equal"] / part["checkpoints"]
    rule, line = part["conflict_rule"], part["first_in_line"]
    return [
        "oracle: the recorded registration step by step",
        f"  checkpoints equal   {part['equal']:>9,} of {part['checkpoints']:,} ({share:.2%}),"
        f" explained {part['explained']:,}, unexplained {part['unexplained']:,}",
        *(f"    {count:,} {reason}" for reason, count in part["explanations"].items()),
        f"  commands            {part['commands']:>9,} that left {part['facts']:,} facts,"
        f" {sum(part['refused'].values()):,} refused, {part['seconds']:.0f} s",
        f"  let in from lists   {line['promoted']:>9,} by the rule, the recorded ones"
        f" {line['recorded']:,}",
        f"  time conflicts      {rule['refused']:>9,} refused of {rule['clashing_attempts']:,}"
        f" tried; {rule['sections_with_times']:,} sections have times",
    ]


def _rollbook(part: dict[str, Any]) -> list[str]:
    seated, end, listed = part["seated"], part["enrolled_at_end"], part["earlier_promoted"]

    def row(name: str, recorded: str, ours: str) -> str:
        return f"  {name:<32}{recorded:>12}{ours:>12}"

    def hours(seconds: float) -> str:
        return f"{seconds / 3600:,.1f} h"

    def idle(name: str, shown: Any) -> tuple[str, str]:
        return shown(part[f"recorded_{name}"]), shown(part[name])

    def count(number: int) -> str:
        return f"{number:,}"

    return [
        "rollbook: the same demand, promotion at once",
        row("", "recorded", "rollbook"),
        row("free seats beside a waitlist", *idle("idle_spells", count)),
        row("  still so at the end", *idle("idle_open", count)),
        row("  in sections", *idle("idle_sections", count)),
        row("  median", *idle("idle_median_s", hours)),
        row("  nine of ten within", *idle("idle_ninth_decile_s", hours)),
        row("  seat hours lost", *idle("idle_seat_hours", lambda each: f"{each:,.0f}")),
        row("students who got a seat", count(seated["recorded"]), count(seated["rollbook"])),
        row("enrolled at the end", count(end["recorded"]), count(end["rollbook"])),
        f"  more seated {part['more_seated']:,}: {seated['only_rollbook']:,} only here,"
        f" {seated['only_recorded']:,} only in the record",
        f"  of {listed['students']:,} who came by a list {listed['earlier']:,} had their seat"
        f" earlier, median {listed['median_h']:,.1f} h, mean {listed['mean_h']:,.1f} h",
        f"  {part['seconds']:.0f} s",
    ]


def _rush(part: dict[str, Any]) -> list[str]:
    refused = ", ".join(f"{count:,} {code}" for code, count in part["refused"].items()) or "none"
    return [
        "rush: a cohort opens at one moment, over HTTP",
        f"  attempts            {part['attempts']:>9,} for {part['seats']:,} seats of"
        f" {part['sections']:,} sections, {part['attempts_per_s']:,.0f} a second",
        f"  answer              p50 {part['p50_ms']:.0f} ms, p99 {part['p99_ms']:.0f} ms",
        f"  reads               {part['reads']:>9,}, {part['reads_per_write']:.1f} a write,"
        f" {part['reads_per_s']:,.0f} a second, p50 {part['read_p50_ms']:.0f} ms,"
        f" p99 {part['read_p99_ms']:.0f} ms",
        f"  oversold {part['oversold']:,}, unsold {part['unsold']:,}, errors {part['errors']:,};"
        f" refused: {refused}",
        f"  {part['seconds']:.0f} s with setting up",
    ]
