"""What is found out about a document once, and used whenever it is asked again."""

from collections.abc import Mapping
from typing import Any

from graphql import DirectiveNode, DocumentNode, VariableNode, Visitor, visit

from schema.answering.attributes import Attributes
from schema.answering.reader import PageReader, Reader

MOST_VARIANTS = 32
SWITCHES = ("skip", "include")


class Plan:
    """A document's plan, for one setting of what its directives skip and include. Keys are of
    nodes of the document, which lives as long as its plan."""

    def __init__(self) -> None:
        self.collected: dict[Any, Any] = {}
        self.attributes: dict[int, Attributes] = {}
        self.readers: dict[Any, Reader | PageReader | None] = {}


class Plans:
    """A document's plans, by the values of the variables that its directives look at."""

    def __init__(self, document: DocumentNode) -> None:
        seen = _Switches()
        visit(document, seen)
        self._switches = tuple(sorted(seen.variables))
        self._known: dict[tuple[Any, ...], Plan] = {}

    def of(self, variables: Mapping[str, Any]) -> Plan:
        """The plan for these coerced variables."""
        # null, where a default allows it, is an error of its own and not false
        setting = tuple(variables.get(name) for name in self._switches)
        plan = self._known.get(setting)
        if plan is None:
            plan = Plan()
            if len(self._known) < MOST_VARIANTS:
                self._known[setting] = plan
        return plan


class _Switches(Visitor):
    """Collects the variables that say what is skipped and included."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in SWITCHES:
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    self.variables.add(argument.value.name.value)
