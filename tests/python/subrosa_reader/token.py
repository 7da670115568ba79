"""Section 6: tokens and links."""

import re

from .crypto import PREFIX, Refused, b64, sha256, unb64

SHARE_LINK, PUSH_LINK, OWNER, PUSH_OWNER = 1, 2, 3, 4
KNOWN = {SHARE_LINK, PUSH_LINK, OWNER, PUSH_OWNER, 0x10, 0x11, 0x12, 0x13}
INVISIBLE = re.compile("[\\s\u0085\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Not white space to Unicode, though Python's `\s` takes them.
NO_SPACE = "\x1c\x1d\x1e\x1f"


def checksum(secret, kind):
    return sha256(PREFIX + b"token", secret, bytes([kind]))[:3]


def encode(secret, kind):
    return b64(secret + checksum(secret, kind) + bytes([kind]))


def unescape(text):
    replaced = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())
    return replaced.decode(errors="replace")


def clean(text):
    """Steps 1 to 3."""
    if len(text.encode()) > 16 * 1024:
        raise Refused("too-long")
    for _ in range(4):
        text = unescape(text)
    text = re.sub("=\r?\n", "", text)
    return "".join(c for c in text if c in NO_SPACE or not INVISIBLE.match(c))


def locate(text, wanted):
    """Where the token of the wanted kind begins in a clean text, and its secret."""
    remembered = None
    for at in range(len(text) - 47):
        try:
            data = unb64(text[at : at + 48], 36)
        except Refused:
            continue
        secret, kind = data[:32], data[35]
        if data[32:35] != checksum(secret, kind):
            continue
        if kind == wanted:
            return at, secret
        remembered = remembered or ("other-kind" if kind in KNOWN else "unknown-kind")
    if remembered:
        raise Refused(remembered)
    run = re.match("[A-Za-z0-9_-]*", text[text.rfind("#") + 1 :])[0]
    raise Refused("missing" if not run else "too-short" if len(run) < 48 else "checksum")


def find(text, wanted):
    """The secret of the token of the wanted kind."""
    return locate(clean(text), wanted)[1]


PATHS = {SHARE_LINK: "s", PUSH_LINK: "p", OWNER: "o", PUSH_OWNER: "push"}
LOCAL = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


def origin(text, wanted):
    """The server of the link itself, whatever stands around it; refused where the text does not name it."""
    text = clean(text)
    before = text[: locate(text, wanted)[0]]
    start = max(before.rfind("https://"), before.rfind("http://"))
    found = re.fullmatch(rf"(https?)://([^/?#@\\]+)/{PATHS[wanted]}#", before[start:] if start >= 0 else "")
    if not found or (found[1] == "http" and not LOCAL.fullmatch(found[2])):
        raise Refused("no-server")
    return f"{found[1]}://{found[2]}"
