"""Section 10: pushes."""

import ipaddress
import json
import re
import unicodedata

from .crypto import Refused, chunk_lens, open_sealed
from .manifest import confuses
from .strict_json import field, read, secret_field

KINDS = {"password": ["password"], "login": ["user", "password", "note"], "note": ["note"], "url": ["url"]}
PAYLOAD_LENS = [512 << shift for shift in range(8)]
LENS = {"face": [512], "payload": PAYLOAD_LENS, "push-note": [1024]}
INVISIBLE = re.compile("[\u00ad\u115f\u1160\u200b-\u200f\u2060-\u2064\u2800\u3164\ufeff]")


def is_line(text):
    return len(text) <= 100 and not confuses(text) and not INVISIBLE.search(text)


def is_letter_or_digit(c):
    """Alphabetic, or a number. Python does not say which marks are Alphabetic; vowel signs are."""
    if "\u2488" <= c <= "\u249b" or c == "\U0001f100":
        return False
    return unicodedata.category(c) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No") or is_vowel_sign(c)


def is_vowel_sign(c):
    return unicodedata.category(c) in ("Mn", "Mc") and "VOWEL SIGN" in unicodedata.name(c, "")


def is_plain_url(url):
    found = re.match("https?://", url, re.IGNORECASE)
    if not found or len(url.encode()) > 2048 or confuses(url) or INVISIBLE.search(url):
        return False
    if "\\" in url or any(c.isspace() for c in url):
        return False
    authority = re.split("[/?#]", url[found.end() :], maxsplit=1)[0]
    bracketed = re.fullmatch(r"\[([^\]]*)\](.*)", authority)
    if bracketed:
        host, port = bracketed.groups()
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        if "%" in host:
            return False
    else:
        host, colon, port = authority.partition(":")
        port = colon + port
        if not any(map(is_letter_or_digit, host)) or any(c not in "-._" and not is_letter_or_digit(c) for c in host):
            return False
    return not port or bool(re.fullmatch(":[0-9]{1,5}", port)) and int(port[1:]) <= 65_535


def open_filled(key, role, link_id, sealed):
    lens = chunk_lens(len(sealed))
    if len(sealed) - 65 - 16 * len(lens) not in LENS[role]:
        raise Refused("length")
    members = read(open_sealed(key, role, link_id, sealed))
    if field(members, "version", int) != 1:
        raise Refused("malformed")
    return members


def read_face(key, link_id, sealed):
    members = open_filled(key, "face", link_id, sealed)
    face = {
        "kind": field(members, "kind", str),
        "from": field(members, "from", str, ""),
        "for_files": field(members, "for_files", bool, False),
    }
    if face["kind"] not in KINDS or not is_line(face["from"]):
        raise Refused("malformed")
    return face


def read_payload(key, link_id, sealed):
    members = open_filled(key, "payload", link_id, sealed)
    kind = field(members, "kind", str)
    # All four are known fields: each of them is a text, or missing.
    texts = {name: field(members, name, str, "") for name in ("user", "password", "note", "url")}
    if kind not in KINDS:
        raise Refused("malformed")
    values = {name: texts[name] for name in KINDS[kind]}
    if not any(values.values()) or any(confuses(values.get(name, "")) for name in ("user", "password")):
        raise Refused("malformed")
    if kind == "url" and not is_plain_url(values["url"]):
        raise Refused("malformed")
    return {"kind": kind} | values


def read_push_note(key, link_id, sealed):
    members = open_filled(key, "push-note", link_id, sealed)
    note = {
        "label": field(members, "label", str),
        "receipt_key": secret_field(members, "receipt_key", 32),
        "payload_digest": secret_field(members, "payload_digest", 32),
    }
    if not is_line(note["label"]):
        raise Refused("malformed")
    return note


def write(role, value):
    """JSON, filled with spaces to the first length of its role that holds it."""
    data = json.dumps({"version": 1} | value, ensure_ascii=False).encode()
    length = next((length for length in LENS[role] if length >= len(data)), None)
    if length is None:
        raise Refused("too-long")
    return data.ljust(length, b" ")
