"""The JSON of section 1: one way to read every text."""

import json

from .crypto import Refused, unb64

DEPTH_MAX = 127


class NotWhole:
    """A number that is none of the protocol's: it may stand where nobody reads."""


def whole(text):
    number = int(text) if len(text) <= 20 and text.isdigit() else 2**64
    return number if number < 2**64 else NotWhole()


class Members(dict):
    """An object that remembers which names stood in it twice."""

    def __init__(self, pairs):
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.twice = {name for name in names if names.count(name) > 1} if len(self) < len(names) else set()


def refuse(_):
    raise Refused("malformed")


DECODER = json.JSONDecoder(
    object_pairs_hook=Members, parse_int=whole, parse_float=lambda _: NotWhole(), parse_constant=refuse
)


def check_depth(text):
    """Before anything is parsed: a parser that calls itself has a limit of its own."""
    depth, in_text, escaped = 0, False, False
    for c in text:
        if in_text:
            in_text, escaped = escaped or c != '"', not escaped and c == "\\"
        elif c == '"':
            in_text = True
        elif c in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise Refused("malformed")
        elif c in "]}":
            depth -= 1


def check_text(value):
    """No lone surrogates, wherever they stand."""
    if isinstance(value, str):
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise Refused("malformed")
    elif isinstance(value, dict):
        for name, member in value.items():
            check_text(name)
            check_text(member)
    elif isinstance(value, list):
        for member in value:
            check_text(member)


def read(data):
    """A JSON object from bytes, with nothing but white space behind it."""
    try:
        text = data.decode()
        check_depth(text)
        value, end = DECODER.raw_decode(text, len(text) - len(text.lstrip(" \t\r\n")))
    except (ValueError, RecursionError) as error:
        raise Refused("malformed") from error
    if text[end:].strip(" \t\r\n") or not isinstance(value, Members):
        raise Refused("malformed")
    check_text(value)
    return value


MISSING = object()


def field(members, name, kind, default=MISSING):
    """A field of a kind. With a default it may be missing, or null."""
    if name in members.twice:
        raise Refused("malformed")
    value = members.get(name)
    if value is None:
        if default is MISSING:
            raise Refused("malformed")
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Refused("malformed")
    return value


def secret_field(members, name, length):
    return unb64(field(members, name, str), length)
