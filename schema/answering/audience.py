"""Who may be given the same answer: read off the policy, before anything is executed."""

from collections.abc import Iterator, Mapping
from enum import IntEnum

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    type_from_ast,
)

from schema.policy import everybody, rule_for


class Audience(IntEnum):
    """The larger, the fewer: a document's is that of the most private field it names."""

    EVERYBODY = 0
    """Nothing depends on who asks: such an answer is made for an anonymous viewer."""
    VIEWER = 1
    """Some field asks who it is; the same viewer may have the same answer again."""
    NOBODY = 2
    """Some field opens a personal value, and each opening is one reader's and is written down; or
    looks at what no view holds, and may say something else a moment later."""


ALONE = {"PersonalText", "View", "Command", "Query.students", "Query.exportStudent"}


def audience_of(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    operation: OperationDefinitionNode,
) -> Audience:
    """The audience of a validated operation, whatever its variables skip or include."""
    root = schema.get_root_type(operation.operation)
    assert root is not None
    acts = _Acts(schema, fragments).below(operation.selection_set, root)
    return max((_audience(*act) for act in acts), default=Audience.EVERYBODY)


def _audience(noun: str, field: str) -> Audience:
    if noun in ALONE or f"{noun}.{field}" in ALONE:
        return Audience.NOBODY
    if field.startswith("__"):
        return Audience.EVERYBODY
    return Audience.EVERYBODY if rule_for(f"{noun}.{field}") is everybody else Audience.VIEWER


class _Acts:
    """The (type, field) pairs an operation may come to; each fragment is walked once."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._walked: set[str] = set()

    def below(
        self, selections: SelectionSetNode | None, parent: GraphQLCompositeType
    ) -> Iterator[tuple[str, str]]:
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                yield from self._field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                if node.name.value not in self._walked:
                    self._walked.add(node.name.value)
                    fragment = self._fragments[node.name.value]
                    yield from self.below(fragment.selection_set, self._target(fragment))
            elif isinstance(node, InlineFragmentNode):
                target = parent if node.type_condition is None else self._target(node)
                yield from self.below(node.selection_set, target)

    def _field(self, node: FieldNode, parent: GraphQLCompositeType) -> Iterator[tuple[str, str]]:
        name = node.name.value
        for noun in self._concrete(parent):
            yield noun.name, name
        field = self._schema.get_field(parent, name)
        inner = get_named_type(field.type) if field else None
        if is_composite_type(inner):
            yield from self.below(node.selection_set, inner)

    def _concrete(self, parent: GraphQLCompositeType) -> Iterator[GraphQLObjectType]:
        """An interface's field is whichever of its types has it."""
        if is_abstract_type(parent):
            yield from self._schema.get_possible_types(parent)
        elif isinstance(parent, GraphQLObjectType):
            yield parent

    def _target(self, node: FragmentDefinitionNode | InlineFragmentNode) -> GraphQLCompositeType:
        assert node.type_condition is not None
        target = type_from_ast(self._schema, node.type_condition)
        assert is_composite_type(target)
        return target
