"""How large a document may be: measured once per fragment, so in time linear in its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    type_from_ast,
)

from schema.errors import Failure, Fault

# Numbers beyond this are only ever "far too many"; JSON writers refuse integers over 64 bits.
CEILING = 10**15
SIZES = ("first", "last")


@dataclass(frozen=True)
class Limits:
    """What a request may ask for. Counts are after fragments are unfolded, pages by their size."""

    max_bytes: int = 65_536  # of a body or a socket's message
    tokens: int = 5_000
    definitions: int = 60  # operations and fragments
    selections: int = 500  # fields and spreads
    depth: int = 15
    root_fields: int = 10
    aliases: int = 30
    directives: int = 30
    cost: int = 20_000  # fields x page sizes
    list_size: int = 10  # what a list without a page size counts as
    introspection_list_size: int = 5  # GraphiQL's query comes to 8,600


class Shape(NamedTuple):
    """The measures of a selection set, fragments unfolded."""

    root_fields: int = 0
    selections: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0


def too_complex(limit: str, found: int, allowed: int) -> Fault:
    found = min(found, CEILING)
    text = f"Too complex: the document's {limit.replace('_', ' ')} is {found:,}"
    return {
        "message": f"{text}, the limit is {allowed:,}: {found - allowed:,} too many.",
        "extensions": {"code": "TOO_COMPLEX", "limit": limit, "found": found, "allowed": allowed},
    }


def check_shape(document: DocumentNode, limits: Limits) -> None:
    """Raise `Failure` if a measure that needs no schema is exceeded: run before validating.

    Fragments nobody uses are measured too, since validation would walk them.
    """
    if len(document.definitions) > limits.definitions:
        raise Failure([too_complex("definitions", len(document.definitions), limits.definitions)])
    measure = _Measure(document)
    try:
        shapes = [measure.definition(node) for node in document.definitions]
    except RecursionError:
        # Many fragments, each nested deeply below the other.
        text = "Too complex: the document nests too deeply to be measured."
        extensions = {"code": "TOO_COMPLEX", "limit": "depth", "allowed": limits.depth}
        raise Failure([{"message": text, "extensions": extensions}]) from None
    faults = []
    for limit in Shape._fields:
        found, allowed = max(getattr(shape, limit) for shape in shapes), getattr(limits, limit)
        if found > allowed:
            faults.append(too_complex(limit, found, allowed))
    if faults:
        raise Failure(faults)


class _Measure:
    def __init__(self, document: DocumentNode) -> None:
        self.fragments = fragments_of(document)
        self.known: dict[str, Shape] = {}

    def definition(self, node: DefinitionNode) -> Shape:
        if isinstance(node, FragmentDefinitionNode):
            return self.fragment(node.name.value)._replace(root_fields=0)
        if not isinstance(node, OperationDefinitionNode):
            return Shape()  # type definitions: validation refuses them
        shape = self.selections(node.selection_set)
        own = len(node.directives or ())
        own += sum(len(variable.directives or ()) for variable in node.variable_definitions or ())
        return shape._replace(directives=shape.directives + own)

    def fragment(self, name: str) -> Shape:
        if name not in self.known:
            # Stands while the fragment is being measured: a cycle ends here, validation names it.
            self.known[name] = Shape()
            if node := self.fragments.get(name):
                self.known[name] = self.selections(node.selection_set)
        return self.known[name]

    def selections(self, node: SelectionSetNode | None) -> Shape:
        width = total = depth = aliases = directives = 0
        for selection in node.selections if node else ():
            total += 1
            directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                inner = self.selections(selection.selection_set)
                inner = inner._replace(root_fields=1, depth=inner.depth + 1)
                aliases += selection.alias is not None
            elif isinstance(selection, FragmentSpreadNode):
                inner = self.fragment(selection.name.value)
            else:
                assert isinstance(selection, InlineFragmentNode)
                inner = self.selections(selection.selection_set)
            width += inner.root_fields
            total += inner.selections
            depth = max(depth, inner.depth)
            aliases += inner.aliases
            directives += inner.directives
        counts = (min(n, CEILING) for n in (width, total, depth, aliases, directives))
        return Shape(*counts)


class Page(NamedTuple):
    """A page size known only with the variables; lists count by their length."""

    variables: tuple[str, ...]
    otherwise: int

    def size(self, values: Mapping[str, Any]) -> int:
        for name in self.variables:
            value = values.get(name)
            if isinstance(value, list):
                return len(value)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        return self.otherwise


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """A cost that depends on variables: `fixed`, plus each part times its page size."""

    fixed: int
    parts: tuple[tuple[int | Page, "Cost"], ...]


Cost = int | Terms


def check_cost(cost: Cost, variables: Mapping[str, Any], limits: Limits) -> None:
    """Raise `Failure` if an operation with these (coerced) variables is too expensive."""
    found = cost if isinstance(cost, int) else _evaluate(cost, variables, {})
    if found > limits.cost:
        raise Failure([too_complex("cost", found, limits.cost)])


def _evaluate(cost: Cost, variables: Mapping[str, Any], known: dict[int, int]) -> int:
    if isinstance(cost, int):
        return cost
    if id(cost) not in known:
        total = cost.fixed
        for size, part in cost.parts:
            times = size if isinstance(size, int) else max(0, size.size(variables))
            total += times * _evaluate(part, variables, known)
        known[id(cost)] = min(total, CEILING)
    return known[id(cost)]


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    limits: Limits,
) -> Cost:
    """The cost of a *validated* operation: a number, or terms where page sizes are variables."""
    root = schema.get_root_type(operation.operation)
    assert root is not None
    return _Costing(schema, document, limits).selections(operation.selection_set, root, False)


class _Costing:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self.schema = schema
        self.limits = limits
        self.fragments = fragments_of(document)
        self.known: dict[tuple[str, bool], Cost] = {}

    def selections(
        self, node: SelectionSetNode | None, parent: GraphQLCompositeType, paged: bool
    ) -> Cost:
        fixed, parts = 0, list[tuple[int | Page, Cost]]()
        for selection in node.selections if node else ():
            size: int | Page = 1
            if isinstance(selection, FieldNode):
                fixed += 1
                size, part = self.field(selection, parent, paged)
            elif isinstance(selection, FragmentSpreadNode):
                part = self.fragment(selection.name.value, paged)
            else:
                assert isinstance(selection, InlineFragmentNode)
                part = self.selections(
                    selection.selection_set, self.target(selection, parent), paged
                )
            if isinstance(size, int) and isinstance(part, int):
                fixed += size * part
            elif part != 0:
                parts.append((size, part))
        return Terms(fixed, tuple(parts)) if parts else min(fixed, CEILING)

    def field(
        self, node: FieldNode, parent: GraphQLCompositeType, paged: bool
    ) -> tuple[int | Page, Cost]:
        definition = self.schema.get_field(parent, node.name.value)
        if definition is None or node.selection_set is None:
            return 1, 0
        inner = get_named_type(definition.type)
        if not is_composite_type(inner):
            return 1, 0
        size = self.size(node, definition)
        sized = size is not None
        if size is None and is_list_type(get_nullable_type(definition.type)) and not paged:
            # Below a page (`edges`, `nodes`) the page has been counted already.
            meta = parent.name.startswith("__")
            size = self.limits.introspection_list_size if meta else self.limits.list_size
        cost = self.selections(node.selection_set, inner, sized)
        return (1 if size is None else size), cost

    def size(self, node: FieldNode, definition: GraphQLField) -> int | Page | None:
        """The page size a field is given; None if it takes none (or none is given)."""
        names = [name for name in (*SIZES, "ids") if name in definition.args]
        variables: list[str] = []
        for argument in node.arguments or ():
            if argument.name.value not in names:
                continue
            value = argument.value
            if isinstance(value, VariableNode):
                variables.append(value.name.value)
            elif isinstance(value, ListValueNode):
                return len(value.values)
            elif isinstance(value, IntValueNode):
                # Very long numbers are no input for int(); validation lets them be.
                return max(0, int(value.value)) if len(value.value) < 12 else CEILING
        defaults = [default_of(definition.args[name]) for name in names]
        otherwise = next((value for value in defaults if isinstance(value, int)), None)
        if variables:
            return Page(tuple(variables), otherwise or self.limits.list_size)
        return otherwise or (self.limits.list_size if names else None)

    def fragment(self, name: str, paged: bool) -> Cost:
        key = (name, paged)
        if key not in self.known:
            node = self.fragments[name]
            target = type_from_ast(self.schema, node.type_condition)
            assert is_composite_type(target)
            self.known[key] = self.selections(node.selection_set, target, paged)
        return self.known[key]

    def target(
        self, node: InlineFragmentNode, parent: GraphQLCompositeType
    ) -> GraphQLCompositeType:
        if node.type_condition is None:
            return parent
        target = type_from_ast(self.schema, node.type_condition)
        assert is_composite_type(target)
        return target


def default_of(argument: GraphQLArgument) -> Any:
    return argument.default.value if argument.default else argument.default_value


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
