"""What one thing cost at each size."""

from dataclasses import dataclass, field


@dataclass
class Series:
    """`of` is what grows; a point is how many of it there were and what `what` cost then."""

    of: str
    what: str
    unit: str
    points: list[tuple[int, float]] = field(default_factory=list)


class Notes:
    """The series of one thing that grows, in the order they were first noted."""

    def __init__(self, of: str) -> None:
        self._of = of
        self._series: dict[str, Series] = {}

    def note(self, what: str, unit: str, at: int, value: float) -> None:
        series = self._series.setdefault(what, Series(self._of, what, unit))
        series.points.append((at, value))

    @property
    def series(self) -> list[Series]:
        return list(self._series.values())
