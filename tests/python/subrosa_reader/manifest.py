"""Section 7: manifests; section 9: the owner's note."""

import json
import re
import unicodedata

from .crypto import Refused, b64, padded_len, sealed_len, sha256, unb64
from .strict_json import field, read, secret_field

FIELDS = {"version", "critical", "note", "edition", "edition_at", "part_bytes", "entries", "parts"}
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
DROPPED = re.compile(
    "[\u00ad\u034f\u180b-\u180f\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)


def is_control(c):
    return unicodedata.category(c) == "Cc"


def confuses(text):
    """Control characters, separators of lines, bidi controls."""
    return bool(BIDI.search(text)) or any(is_control(c) or c in "\u2028\u2029" for c in text)


def check_path(path):
    names = path.split("/")
    if len(names) > 64 or len(path.encode()) > 4096 or confuses(path):
        raise Refused("path")
    if any(name in ("", ".", "..") or len(name.encode()) > 255 for name in names):
        raise Refused("path")
    return names


def folded(text):
    text = unicodedata.normalize("NFD", DROPPED.sub("", text))
    return unicodedata.normalize("NFC", text.lower().upper().lower())


def check_names(entries):
    """Equal once folded, or a file and a folder at once."""
    seen = {}  # folded path -> (path, whether it is a folder around others, the entry that brought it)
    for index, entry in enumerate(entries):
        names = check_path(entry["path"])
        for count in range(1, len(names) + 1):
            path, around = "/".join(names[:count]), count < len(names)
            known = seen.setdefault(folded(path), (path, around, index))
            if known[1] != around:
                raise Refused("file-and-folder")
            if known[0] != path or (not around and known[2] != index):
                raise Refused("duplicate")


def read_entry(members):
    entry = {
        "path": field(members, "path", str),
        "size": field(members, "size", int, None),
        "folder": field(members, "folder", bool, False),
        "modified": field(members, "modified", int, None),
        "type": field(members, "type", str, None),
    }
    if entry["folder"] == (entry["size"] is not None) or (entry["folder"] and entry["type"] is not None):
        raise Refused("malformed")
    if entry["modified"] is not None and entry["modified"] > 8_640_000_000_000_000:
        raise Refused("malformed")
    if entry["type"] is not None and not re.fullmatch("[ -~]{0,255}", entry["type"]):
        raise Refused("text")
    return entry


def objects(members, name):
    listed = field(members, name, list)
    if any(not isinstance(one, dict) for one in listed):
        raise Refused("malformed")
    return listed


def read_manifest(data):
    if len(data) > 16 * 1024 * 1024:
        raise Refused("too-large")
    members = read(data)
    if field(members, "version", int) != 1:
        raise Refused("version")
    critical = field(members, "critical", list, [])
    if any(not isinstance(name, str) for name in critical):
        raise Refused("malformed")
    if not FIELDS.issuperset(critical):
        raise Refused("critical")
    note, part_bytes = field(members, "note", str, None), field(members, "part_bytes", int)
    edition, edition_at = field(members, "edition", int, None), field(members, "edition_at", int, None)
    entries, parts = objects(members, "entries"), objects(members, "parts")
    if len(entries) > 100_000 or len(parts) > 10_000:
        raise Refused("too-many")
    parts = [
        (field(part, "sealed_len", int), secret_field(part, "digest", 32), secret_field(part, "commitment", 32))
        for part in parts
    ]
    entries = [read_entry(entry) for entry in entries]
    check_names(entries)
    if note is not None and (len(note.encode()) > 65_536 or any(is_control(c) and c not in "\n\t" for c in note)):
        raise Refused("text")
    content_len = sum(entry["size"] or 0 for entry in entries)
    if content_len >= 2**64:
        raise Refused("sizes")
    if part_bytes % 65_536 or not 65_536 <= part_bytes <= 67_108_864:
        raise Refused("layout")
    padded = padded_len(content_len)
    lens = [min(part_bytes, padded - at) for at in range(0, padded, part_bytes)] if padded < 2**50 else []
    if len(lens) > 10_000:
        raise Refused("layout")
    if [length for length, _, _ in parts] != [sealed_len(length) for length in lens]:
        raise Refused("sizes")
    if (edition is None) != (edition_at is None):
        raise Refused("malformed")
    if edition is not None and not (1 <= edition <= 65_535 and edition_at <= 8_640_000_000_000_000):
        raise Refused("malformed")
    return {"note": note, "edition": edition, "part_bytes": part_bytes, "entries": entries, "parts": parts,
            "content_len": content_len, "padded_len": padded}


def fill(value):
    """JSON with spaces up to the padded length."""
    data = json.dumps(value, ensure_ascii=False).encode()
    return data.ljust(padded_len(len(data)), b" ")


def write_manifest(entries, parts, part_bytes, note):
    pins = [
        {"sealed_len": len(part), "digest": b64(sha256(part)), "commitment": b64(part[33:65])} for part in parts
    ]
    value = {"version": 1, "part_bytes": part_bytes, "entries": entries, "parts": pins}
    return fill(value if note is None else value | {"note": note})


def read_owner_note(data):
    members = read(data)
    if field(members, "version", int) != 1:
        raise Refused("malformed")
    links = objects(members, "links")
    if len(links) > 250:
        raise Refused("malformed")
    return {
        "revision": field(members, "revision", int, 0),
        "label": field(members, "label", str),
        "links": [read_noted_link(link) for link in links],
    }


def read_noted_link(link):
    noted = {name: secret_field(link, name, 32) for name in ("secret", "receipt_key")}
    noted["label"] = field(link, "label", str)
    keys, before = field(link, "wrap_keys", dict, None), field(link, "receipt_keys_before", list, [])
    if len(before) > 4 or any(not isinstance(text, str) for text in before):
        raise Refused("malformed")
    if keys is not None:
        noted |= {name: secret_field(keys, name, 32) for name in ("open_verifier", "view", "content")}
    return noted | {"receipt_keys_before": [unb64(text, 32) for text in before]}
