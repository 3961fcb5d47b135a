"""No text holds U+0000: PostgreSQL cannot keep it, and nobody means it."""

from typing import Any

from graphql import DocumentNode, StringValueNode, Visitor, visit

MESSAGE = "Text must not hold the character U+0000."


class _Found(Exception):
    pass


class _Literals(Visitor):
    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if "\0" in node.value:
            raise _Found


def in_document(text: str, node: DocumentNode) -> bool:
    """Whether a string in a document holds it; it can only come escaped."""
    if "\\u" not in text:
        return False
    try:
        visit(node, _Literals())
    except _Found:
        return True
    return False


def in_json(value: object) -> bool:
    """Whether any text in a JSON value holds it, names included; however deep it is nested."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if "\0" in text:
                return True
            case list() as values:
                waiting += values
            case dict() as pairs:
                waiting += [*pairs, *pairs.values()]
    return False
