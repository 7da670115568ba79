"""Section 13: recovery phrases and synced keyrings."""

from . import crypto
from .crypto import Refused, hkdf, object_id, sha256
from .manifest import field, objects, secret_field
from .strict_json import read

COUNT_MAX = 2**53 - 1
MOMENT_MAX = 8_640_000_000_000_000


class PhraseKeys:
    def __init__(self, numbers):
        number = 0
        for word in numbers:
            number = number * 7_776 + word
        self.secret = hkdf(number.to_bytes(17, "big"), "keyring", 32)


class KeyringKeys:
    def __init__(self, secret):
        self.owner_proof = hkdf(secret, "keyring/proof", 32)
        self.owner_verifier = sha256(self.owner_proof)
        self.keyring_id = object_id("keyring/id", self.owner_verifier)
        self.keyring_key = hkdf(secret, "keyring/key", 32)

    def open(self, revision, sealed):
        lengths = [crypto.sealed_len(65_536 << step) for step in range(5)]
        if len(sealed) not in lengths:
            raise Refused("length")
        context = self.keyring_id + revision.to_bytes(8, "big")
        return read_keyring(crypto.open_sealed(self.keyring_key, "keyring", context, sealed))


def owned(kind, secret):
    """The id of what an owner secret owns."""
    if kind == "share":
        return crypto.ShareKeys(secret).share_id
    return crypto.PushKeys(crypto.PushOwnerKeys(secret).push_secret).link_id


def read_keyring(data):
    """Entries by kind and id."""
    members = read(data)
    if field(members, "version", int) != 1:
        raise Refused("malformed")
    entries = {}
    for members in objects(members, "entries"):
        kind, name = field(members, "kind", str), secret_field(members, "id", 16)
        counter, device = field(members, "counter", int), secret_field(members, "device", 8)
        item, deleted_at = field(members, "item", dict, None), field(members, "deleted_at", int, None)
        if kind not in ("share", "push") or not 1 <= counter <= COUNT_MAX or (kind, name) in entries:
            raise Refused("malformed")
        if (item is None) == (deleted_at is None) or (deleted_at or 0) > MOMENT_MAX:
            raise Refused("malformed")
        if item is not None:
            item = read_item(item)
            if owned(kind, item["secret"]) != name:
                raise Refused("malformed")
        entries[kind, name] = (counter, device, item, deleted_at)
    return entries


def read_item(members):
    item = {"secret": secret_field(members, "secret", 32)}
    item |= {name: field(members, name, str) for name in ("origin", "name")}
    item |= {name: field(members, name, int) for name in ("files", "made_at", "ends_at")}
    item |= {name: field(members, name, bool) for name in ("for_files", "has_password")}
    if len(item["origin"].encode()) > 512 or len(item["name"].encode()) > 1_024:
        raise Refused("malformed")
    if item["files"] >= 2**32 or max(item["made_at"], item["ends_at"]) > MOMENT_MAX:
        raise Refused("malformed")
    return item


def merge(one, other):
    merged = dict(one)
    for key, entry in other.items():
        merged[key] = max(merged.get(key, entry), entry, key=rank)
    return merged


def rank(entry):
    """What orders two entries of the same thing."""
    counter, device, item, deleted_at = entry
    if item is None:
        return counter, device, 1, deleted_at
    numbers = tuple(item[name] for name in ("files", "for_files", "has_password", "made_at", "ends_at"))
    texts = item["secret"], item["origin"].encode(), item["name"].encode()
    return counter, device, 0, (numbers, texts)


def shown(entries):
    kept = [item for _, _, item, _ in entries.values() if item is not None]
    return {"entries": len(entries), "kept": len(kept), "first-name": kept[0]["name"]}
