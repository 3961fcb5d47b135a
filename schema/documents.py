"""Parsed, measured and validated documents, kept by their text."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from graphql import (
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    validate,
)

from schema import nul
from schema.answering.audience import Audience, audience_of
from schema.answering.plan import Plans
from schema.errors import Failure, Fault, request_fault
from schema.limits import Cost, Limits, check_shape, cost_of, fragments_of
from schema.trusted import UNTRUSTED, Trusted

SHOWN_ERRORS = 20
# graphql-core says these two as syntax errors, and only by their text.
LIMIT_TEXTS = ("Document contains more than", "nested too deeply")

logger = logging.getLogger("rollbook.api")


def digest_of(text: str) -> str:
    """How logs name a document: its text may hold personal values."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


class Document:
    """A document that may be executed, with its operations and their costs."""

    def __init__(self, schema: GraphQLSchema, node: DocumentNode, limits: Limits) -> None:
        self.node = node
        self.plans = Plans(node)
        self._operations: dict[str | None, Chosen] = {}
        fragments = fragments_of(node)
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                name = definition.name.value if definition.name else None
                cost = cost_of(schema, node, definition, limits)
                audience = audience_of(schema, fragments, definition)
                self._operations[name] = Chosen(self, definition, name, cost, audience)

    def select(self, name: str | None) -> "Chosen":
        """The operation a request means; raises `Failure` if it does not say so clearly."""
        if name is None and len(self._operations) == 1:
            return next(iter(self._operations.values()))
        if name is not None and name in self._operations:
            return self._operations[name]
        if name is not None:
            text = f"Unknown operation named {name[:100]!r}."
        else:
            text = "Must say which operation to run: the document has several, or none."
        raise Failure([{"message": text, "extensions": {"code": "BAD_REQUEST"}}])


@dataclass(frozen=True, eq=False)
class Chosen:
    """An operation of a document, and what is known of it before its variables are."""

    document: Document
    node: OperationDefinitionNode
    name: str | None
    cost: Cost
    audience: Audience


class Documents:
    """A bounded cache, least recently used out first. Errors are kept too, as plain data.

    `size` counts documents and `characters` their texts: a parsed document takes several hundred
    times its text in memory, and strangers choose what they send. What is trusted is read at start,
    is kept beside it for good, and no stranger can push it out.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        size: int = 1000,
        characters: int = 1_000_000,
        trusted: Trusted | None = None,
    ) -> None:
        self.trusted = Trusted() if trusted is None else trusted
        self._schema = schema
        self._limits = limits
        self._size = size
        self._characters = characters
        self._known: OrderedDict[str, Document | list[Fault]] = OrderedDict()
        self._held = 0
        self._kept = {text: self._read(text) for text in self.trusted}
        for text, kept in self._kept.items():
            if isinstance(kept, list):
                logger.warning(
                    "a trusted document cannot run: %s: %s", digest_of(text), kept[0]["message"]
                )

    def __len__(self) -> int:
        return len(self._known)

    def get(self, text: str) -> Document:
        """The document of this text; raises `Failure` (a new one each time) if it is refused."""
        known = self._kept.get(text)
        if known is None and text in self.trusted:
            known = self._kept[text] = self._read(text)
        elif known is None:
            known = self._of_strangers(text)
        if isinstance(known, list):
            raise Failure(known)
        return known

    def _of_strangers(self, text: str) -> Document | list[Fault]:
        if self.trusted.only:
            raise Failure([UNTRUSTED])
        known = self._known.get(text)
        if known is None:
            known = self._read(text)
            self._known[text] = known
            self._held += len(text)
            while self._known and (len(self._known) > self._size or self._held > self._characters):
                oldest, _ = self._known.popitem(last=False)
                self._held -= len(oldest)
        else:
            self._known.move_to_end(text)
        return known

    def _read(self, text: str) -> Document | list[Fault]:
        tokens = self._limits.tokens
        try:
            node = parse(text, max_lexical_tokens=tokens, max_comments=tokens)
        except GraphQLSyntaxError as error:
            over = any(said in error.message for said in LIMIT_TEXTS)
            return [request_fault(error, "TOO_COMPLEX" if over else "BAD_REQUEST")]
        try:
            check_shape(node, self._limits)
        except Failure as failure:
            return list(failure.faults)
        if nul.in_document(text, node):
            return [{"message": nul.MESSAGE, "extensions": {"code": "BAD_REQUEST"}}]
        errors = validate(self._schema, node, max_errors=SHOWN_ERRORS)
        if errors:
            return [request_fault(error) for error in errors]
        return Document(self._schema, node, self._limits)
