"""The messages of graphql-transport-ws: read strictly, or the socket is closed with a reason."""

from typing import Any

import orjson

REASON_BYTES = 123  # what a close frame has room for


class Close(Exception):
    """Ends the whole socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:REASON_BYTES].decode(errors="ignore")


def parse(message: Any, max_bytes: int) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise Close(4400, "Only text messages")
    if len(text) > max_bytes or len(text.encode()) > max_bytes:
        raise Close(1009, f"A message may have {max_bytes} bytes")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Close(4400, "The message is not valid JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise Close(4400, "The message must be an object with a `type`")
    return data


def id_of(message: dict[str, Any]) -> str:
    key = message.get("id")
    if not isinstance(key, str) or not key:
        raise Close(4400, "`id` must be a non-empty string")
    return key


def optional_object(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Close(4400, "`payload` must be an object or absent")
    return payload


def start_of(key: str) -> str:
    """What stands before an answer's bytes in its message."""
    return '{"id":' + orjson.dumps(key).decode() + ',"type":"next","payload":'
