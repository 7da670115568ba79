"""Section 11: runs the test vectors."""

from pathlib import Path

from . import crypto, keyring, manifest, push, token
from .crypto import Refused, sha256


class Vector:
    def __init__(self, data):
        header, self.body = data.split(b"\n\n", 1)
        first, *lines = header.decode().split("\n")
        assert first == "subrosa vector 1"
        self.fields = dict(line.split(": ", 1) for line in lines)

    def __getitem__(self, name):
        return self.fields[name]

    def bytes(self, name):
        return bytes.fromhex(self.fields[name])

    def number(self, name):
        return int(self.fields[name])


def run_keys(v):
    share = crypto.ShareKeys(v.bytes("owner-secret"))
    link = crypto.LinkKeys(v.bytes("link-secret"), v["password"])
    lease = crypto.HolderKeys("lease", v.bytes("lease-secret"))
    device = crypto.HolderKeys("device", v.bytes("device-secret"))
    digest = sha256(b"manifest")
    return {
        "owner-proof": share.owner_proof, "owner-verifier": share.owner_verifier, "share-id": share.share_id,
        "manifest-key": share.manifest_key, "content-key": share.content_key, "note-key": share.note_key,
        "manifest-key-2": share.key_of("share/manifest", 2), "content-key-2": share.key_of("share/content", 2),
        "manifest-key-258": share.key_of("share/manifest", 258), "content-key-258": share.key_of("share/content", 258),
        "owner-token": token.encode(share.secret, token.OWNER),
        "link-proof": link.link_proof, "link-verifier": link.link_verifier, "link-id": link.link_id,
        "link-token": token.encode(link.secret, token.SHARE_LINK),
        "password-salt": link.salt, "stretched-password": link.stretched,
        "open-proof": link.open_proof, "open-verifier": link.open_verifier, "view-wrap-key": link.view_key,
        "content-wrap-key": link.content_wrap_key, "receipt-key": link.receipt_key,
        "lease-proof": lease.proof, "lease-verifier": lease.verifier, "lease-id": lease.id,
        "device-proof": device.proof, "device-verifier": device.verifier, "device-id": device.id,
        "manifest-digest": digest,
        "receipt": crypto.receipt(link.receipt_key, link.link_id, lease.id, digest),
    }


def run_push_keys(v):
    owner = crypto.PushOwnerKeys(v.bytes("push-owner-secret"))
    keys = crypto.PushKeys(owner.push_secret, v["passphrase"])
    lease = crypto.HolderKeys("lease", v.bytes("lease-secret"))
    digest = sha256(b"payload")
    return {
        "owner-proof": owner.owner_proof, "owner-verifier": owner.owner_verifier, "note-key": owner.note_key,
        "owner-token": token.encode(owner.secret, token.PUSH_OWNER),
        "push-secret": keys.secret, "push-token": token.encode(keys.secret, token.PUSH_LINK),
        "link-proof": keys.link_proof, "link-verifier": keys.link_verifier, "link-id": keys.link_id,
        "face-key": keys.face_key, "passphrase-salt": keys.salt, "stretched-passphrase": keys.stretched,
        "open-proof": keys.open_proof, "open-verifier": keys.open_verifier, "payload-key": keys.payload_key,
        "receipt-key": keys.receipt_key, "payload-digest": digest,
        "receipt": crypto.receipt(keys.receipt_key, keys.link_id, lease.id, digest),
    }


def run_token(v):
    kinds = {
        "owner": (token.OWNER, "owner-secret"),
        "push": (token.PUSH_LINK, "push-secret"),
        "push-owner": (token.PUSH_OWNER, "push-owner-secret"),
    }
    kind, name = kinds.get(v.fields.get("of"), (token.SHARE_LINK, "link-secret"))
    text = v.body.decode()
    return {name: token.find(text, kind)} | ({"server": origin(text, kind)} if "server" in v.fields else {})


def origin(text, kind):
    try:
        return token.origin(text, kind)
    except Refused:
        return ""


def opened(plaintext):
    return {"plaintext-len": len(plaintext), "plaintext-sha256": sha256(plaintext)}


def run_sealed(v):
    context = v.bytes("link-id") if "link-id" in v.fields else v.bytes("share-id")
    if v["role"] == "part":
        context = crypto.part_context(context, v.number("index"))
    return opened(crypto.open_sealed(v.bytes("key"), v["role"], context, v.body))


def run_chunk(v):
    context = crypto.part_context(v.bytes("share-id"), v.number("index"))
    header, sealed = v.body[:65], v.body[65:]
    pinned = v.number("sealed-len"), v.bytes("commitment"), v.number("chunk")
    return opened(crypto.open_one_chunk(v.bytes("key"), context, header, *pinned, sealed))


def run_manifest(v):
    read = manifest.read_manifest(v.body)
    return {"entries": len(read["entries"]), "content-len": read["content_len"], "padded-len": read["padded_len"]}


def run_push(v):
    read = {"face": push.read_face, "payload": push.read_payload, "push-note": push.read_push_note}[v["role"]]
    values = read(v.bytes("key"), v.bytes("link-id"), v.body)
    return {{"kind": "of"}.get(name, name).replace("_", "-"): value for name, value in values.items()}


def run_owner_note(v):
    note = manifest.read_owner_note(crypto.open_sealed(v.bytes("key"), "note", v.bytes("share-id"), v.body))
    first = note["links"][0]
    values = {"revision": note["revision"], "label": note["label"], "links": len(note["links"]),
              "first-label": first["label"], "first-secret": first["secret"], "first-receipt-key": first["receipt_key"]}
    if "view" not in first:
        return values
    return values | {"first-open-verifier": first["open_verifier"], "first-view-wrap-key": first["view"],
                     "first-content-wrap-key": first["content"],
                     "first-receipt-key-before": first["receipt_keys_before"][0]}


def run_phrase(v):
    secret = keyring.PhraseKeys([int(number) for number in v["numbers"].split(" ")]).secret
    keys = keyring.KeyringKeys(secret)
    return {"keyring-secret": secret, "owner-proof": keys.owner_proof, "owner-verifier": keys.owner_verifier,
            "keyring-id": keys.keyring_id, "keyring-key": keys.keyring_key}


def run_keyring(v):
    return keyring.shown(keyring.KeyringKeys(v.bytes("keyring-secret")).open(v.number("revision"), v.body))


def run_keyring_merge(v):
    one, other, merged = (keyring.read_keyring(line) for line in v.body.split(b"\n"))
    assert keyring.merge(one, other) == keyring.merge(other, one) == merged
    return {}


def run_sealed_len(v):
    length = v.number("len")
    return {"plaintext-len": length - 65 - 16 * len(crypto.chunk_lens(length))}


def run_part_list(v):
    lines = [line.split(" ") for line in v.body.decode().splitlines()]
    return {"digest": crypto.part_list_digest([(int(length), bytes.fromhex(digest)) for length, digest in lines])}


RUNNERS = {
    "keys": run_keys,
    "push-keys": run_push_keys,
    "token": run_token,
    "sealed": run_sealed,
    "chunk": run_chunk,
    "manifest": run_manifest,
    "push": run_push,
    "owner-note": run_owner_note,
    "phrase": run_phrase,
    "keyring": run_keyring,
    "keyring-merge": run_keyring_merge,
    "sealed-len": run_sealed_len,
    "padding": lambda v: {"padded-len": crypto.padded_len(v.number("len"))},
    "part-list": run_part_list,
}


def shown(value):
    if isinstance(value, bytes):
        return value.hex()
    return str(value).lower() if isinstance(value, bool) else str(value)


def run(v):
    """What is wrong, or nothing."""
    try:
        values = RUNNERS[v["kind"]](v)
    except Refused as refused:
        return None if refused.kind == v["expect"] else f"expected {v['expect']}, found {refused.kind}"
    if v["expect"] != "ok":
        return f"expected {v['expect']}, found ok"
    wrong = [name for name, value in values.items() if shown(value) != v[name]]
    return f"{', '.join(wrong)} differ" if wrong else None


def run_all(folder):
    passed = failed = 0
    for path in sorted(Path(folder).glob("*.vector")):
        wrong = run(Vector(path.read_bytes()))
        passed, failed = passed + (wrong is None), failed + (wrong is not None)
        if wrong:
            print(f"test {path.name} ... FAILED\n    {wrong}")
    return passed, failed
