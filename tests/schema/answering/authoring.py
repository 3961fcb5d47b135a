"""Writes documents over the real schema: valid ones, with arguments that need not be."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from schema.answering.shape import shapes

DEEPEST = 7
MOST_FIELDS = 45
MOST_ALIASES = 25
MOST_DIRECTIVES = 25
Values = dict[str, list[Any]]
_SHAPED = {each.noun: set(each.fields) for each in shapes()}


class Enum(str):
    """A string that stands in a document without quotes."""


@dataclass(frozen=True)
class Variable:
    declared: str
    candidates: Sequence[Any]


@dataclass(frozen=True)
class Fragment:
    name: str
    on: str
    uses: frozenset[str]


@dataclass
class Written:
    """A document, its operations by name (one alone may have none), and what their variables may
    be set to."""

    text: str = ""
    operations: dict[str | None, list[str]] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)

    def setting(self, random: Random, operation: str | None) -> dict[str, Any]:
        """Some values; a variable that has a default may be left out."""
        chosen = {}
        for name in self.operations[operation]:
            variable = self.variables[name]
            if "=" not in variable.declared or random.random() < 0.8:
                chosen[name] = random.choice(variable.candidates)
        return chosen


class Author:
    """Of one document: what it has said binds what it says next, or fields would conflict."""

    def __init__(self, random: Random, schema: GraphQLSchema, values: Values) -> None:
        self._random = random
        self._schema = schema
        self._values = values
        self._said: dict[str, tuple[str, str, str]] = {}
        self._asked: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
        self._fragments: list[Fragment] = []
        self._texts: list[str] = []
        self._uses: set[str] = set()
        self._left = self._aliases = self._directives = 0
        # with one field that takes a resolver the whole list goes to resolvers: mostly have none
        self._only = {noun: shaped for noun, shaped in _SHAPED.items() if self._chance(0.6)}
        self._written = Written()

    def written(self) -> Written:
        """A document of one operation or several."""
        count = 2 if self._chance(0.25) else 1
        for number in range(count):
            name = f"Op{number}" if count > 1 or self._chance(0.7) else None
            self._operation(name)
        self._written.text = "\n".join(self._texts)
        return self._written

    def _operation(self, name: str | None) -> None:
        self._uses = set()
        self._left, self._aliases, self._directives = MOST_FIELDS, 0, 0
        query = self._schema.query_type
        assert query is not None
        body = self._selections(query, 0)
        uses = sorted(self._uses)
        declared = ", ".join(f"${u}: {self._written.variables[u].declared}" for u in uses)
        head = f"query {name or ''}" + (f"({declared})" if declared else "")
        self._texts.append(f"{head if name or declared else ''} {body}")
        self._written.operations[name] = uses

    def _selections(self, noun: Any, depth: int) -> str:
        parts: list[str] = []
        for _ in range(self._random.randint(1, 4 if depth else 3)):
            parts.append(self._selection(noun, depth))
        if not any(parts):
            parts.append("__typename")
        return "{ " + " ".join(parts) + " }"

    def _selection(self, noun: Any, depth: int) -> str:
        chance = self._random.random()
        if chance < 0.08:
            return self._named("__typename", "String!")
        if depth and chance < 0.28:
            return self._fragment(noun, depth)
        if is_abstract_type(noun) and (isinstance(noun, GraphQLUnionType) or chance < 0.7):
            return self._fragment(noun, depth)
        names = [
            name
            for name, each in noun.fields.items()
            if (is_leaf_type(get_named_type(each.type)) or (depth < DEEPEST and self._left > 0))
            and name in self._only.get(noun.name, noun.fields)
        ]
        if not names:
            return "__typename"
        # lists in lists are what plans are for: rather than a leaf, go on
        deeper = [n for n in names if not is_leaf_type(get_named_type(noun.fields[n].type))]
        name = self._random.choice(deeper if deeper and self._chance(0.35) else names)
        return self._field(noun, name, noun.fields[name], depth)

    def _field(self, noun: Any, name: str, given: GraphQLField, depth: int) -> str:
        self._left -= 1
        inner = get_named_type(given.type)
        arguments = self._arguments(noun, name, given)
        said = self._named(name, str(given.type), arguments)
        if is_leaf_type(inner):
            return said
        return f"{said} {self._selections(inner, depth + 1)}"

    def _named(self, name: str, type_: str, arguments: str = "") -> str:
        """With an alias where one is needed, or wanted: the same name always means the same."""
        meaning = name, type_, arguments
        free = [name, *(f"{letter}_{name}" for letter in "ab"), *(f"{name}{n}" for n in range(99))]
        response = next(r for r in free if self._said.get(r, meaning) == meaning)
        if self._aliases < MOST_ALIASES and self._chance(0.15):
            also = self._random.choice(["a", "b"]) + "_" + name
            response = also if self._said.get(also, meaning) == meaning else response
        self._said[response] = meaning
        self._aliases += response != name
        said = name if response == name else f"{response}: {name}"
        return said + arguments + self._directive()

    def _directive(self) -> str:
        if self._directives >= MOST_DIRECTIVES or not self._chance(0.12):
            return ""
        self._directives += 1
        which = self._random.choice(["skip", "include"])
        if self._chance(0.3):
            return f" @{which}(if: {self._random.choice(['true', 'false'])})"
        declared, null = ("Boolean!", []) if self._chance(0.8) else ("Boolean = true", [None])
        number = self._random.randint(0, 2)
        name = f"on{number}{'n' if null else ''}"
        variable = Variable(declared, [True, False, True, False, True, False, *null])
        self._written.variables.setdefault(name, variable)
        self._uses.add(name)
        return f" @{which}(if: ${name})"

    def _fragment(self, noun: Any, depth: int) -> str:
        targets = [noun]
        if is_abstract_type(noun):
            targets += 2 * list(self._schema.get_possible_types(noun))
        elif isinstance(noun, GraphQLObjectType):
            targets += noun.interfaces
        known = [each for each in self._fragments if each.on in {t.name for t in targets}]
        if known and self._chance(0.3):
            again = self._random.choice(known)
            self._uses |= again.uses
            self._left -= 3
            return f"...{again.name}{self._directive()}"
        target = self._random.choice(targets)
        if self._chance(0.5):
            condition = f" on {target.name}" if target is not noun or self._chance(0.6) else ""
            directive = self._directive()
            return f"...{condition}{directive} {self._selections(target, depth + 1)}"
        outer, self._uses = self._uses, set()
        body = self._selections(target, depth + 1)
        made = Fragment(f"F{len(self._fragments)}", target.name, frozenset(self._uses))
        self._fragments.append(made)
        self._texts.append(f"fragment {made.name} on {target.name} {body}")
        self._uses |= outer
        return f"...{made.name}{self._directive()}"

    def _arguments(self, noun: Any, name: str, given: GraphQLField) -> str:
        if not given.args:
            return ""
        key = noun.name, name
        if key not in self._asked or self._chance(0.3):
            outer, self._uses = self._uses, set()
            parts = [f"{arg}: {said}" for arg, said in self._chosen(name, given)]
            text = "(" + ", ".join(parts) + ")" if parts else ""
            self._asked[key] = text, frozenset(self._uses)
            self._uses = outer
        text, uses = self._asked[key]
        self._uses |= uses
        return text

    def _chosen(self, name: str, given: GraphQLField) -> list[tuple[str, str]]:
        chosen: dict[str, Sequence[Any]] = {}
        if "last" in given.args:
            ends = self._random.choices(
                [["first"], ["last"], ["first", "last"], []], [60, 30, 2, 2]
            )[0]
            chosen |= {end: [1, 2, 3, 5, 20, *self._seldom([0, 101, -1])] for end in ends}
        elif "first" in given.args and self._chance(0.5):
            chosen["first"] = [1, 2, 5, *self._seldom([0, 101])]
        for argument in given.args:
            if argument not in ("first", "last") and (
                argument in ("id", "ids", "code") or self._required(given, argument)
                or self._chance(0.25)
            ):  # fmt: skip
                chosen[argument] = self._candidates(name, argument)
        return [(arg, self._said_value(given, arg, values)) for arg, values in chosen.items()]

    def _required(self, given: GraphQLField, argument: str) -> bool:
        return str(given.args[argument].type).endswith("!")

    def _candidates(self, name: str, argument: str) -> list[Any]:
        values = self._values
        match name, argument:
            case _, "ids":
                some = [self._random.sample(values["node"], 4) for _ in range(3)]
                return [*some, [], [values["node"][0]] * 3]
            case _, "id":
                return values[name]
            case "facts", "after" | "before":
                return values["position"]
            case _, "after" | "before":
                return values.get(f"{name} cursor", values["roster cursor"])
            case "term" | "course", "code":
                return values[name]
            case "enrollments", "status":
                named = [Enum("ENROLLED"), Enum("CANCELED"), Enum("WITHDRAWN")]
                return [[], named[:1], named, [named[1]], *self._seldom([[Enum("NO_SUCH")]])]
            case _, "types":
                return [[], self._random.sample(values["types"], 3), ["NoSuch"]]
            case _, "seatsAvailable":
                return [True, False, None]
            case _:
                return [*values[argument], *self._seldom([None])]

    def _said_value(self, given: GraphQLField, argument: str, values: Sequence[Any]) -> str:
        type_ = given.args[argument].type
        required = str(type_).endswith("!")
        allowed = [value for value in values if not (required and value is None)]
        if self._chance(0.6):
            wrong = [v for v in allowed if "NO_SUCH" in str(v)]  # no valid document has those
            return _literal(self._random.choice([v for v in allowed if v not in wrong]))
        name = f"v{len(self._written.variables)}"
        strange = self._seldom([{"no": "object"}, "three", 1.5])
        self._written.variables[name] = Variable(str(type_), [*allowed * 3, *strange])
        self._uses.add(name)
        return f"${name}"

    def _seldom(self, values: list[Any]) -> list[Any]:
        return [self._random.choice(values)] if self._chance(0.15) else []

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return str(value) if isinstance(value, Enum) else json.dumps(value)
