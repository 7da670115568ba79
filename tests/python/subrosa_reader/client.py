"""Section 12: the calls. Contacts the server that it is given, and no other."""

import base64
import http.client
import json
import os
import time
from pathlib import Path
from urllib.parse import urlsplit

from . import crypto, manifest, push, token
from .crypto import Refused, b64, sha256, unb64

PROOFS = ("owner", "link", "open", "lease", "device")


class Problem(Exception):
    def __init__(self, status, document):
        super().__init__(f"{status} {document.get('type')}")
        self.status, self.document = status, document


class Server:
    def __init__(self, origin):
        parts = urlsplit(origin)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.origin, self.connection = origin, kind(parts.netloc, timeout=30)

    def call(self, method, path, body=None, **proofs):
        headers = {f"Subrosa-{name.title()}-Proof": b64(proof) for name, proof in proofs.items() if name in PROOFS}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/octet-stream"
            headers["Content-Digest"] = f"sha-256=:{base64.b64encode(sha256(body)).decode()}:"
        elif body is not None:
            headers["Content-Type"], body = "application/json", json.dumps(body).encode()
        self.connection.request(method, f"/api/v1{path}", body, headers)
        answer = self.connection.getresponse()
        data, is_json = answer.read(), "json" in answer.headers.get("Content-Type", "")
        if answer.status >= 400:
            raise Problem(answer.status, json.loads(data) if is_json else {})
        return json.loads(data) if is_json else data


def text_path(*pieces):
    return "".join("/" + (b64(piece) if isinstance(piece, bytes) else str(piece)) for piece in pieces)


def files_of(folder):
    """Entries in an order of their own, and the content."""
    folder, entries, content = Path(folder), [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            data = path.read_bytes()
            entries.append({"path": name, "size": len(data), "modified": int(path.stat().st_mtime * 1000)})
            content.append(data)
        elif not any(path.iterdir()):
            entries.append({"path": name, "folder": True})
    return entries, b"".join(content)


def send(server, folder, password="", note=None, part_bytes=65_536):
    """Makes a share with one link; gives the link."""
    share, link = crypto.ShareKeys(os.urandom(32)), crypto.LinkKeys(os.urandom(32), password)
    base, owner = text_path("shares", share.share_id), {"owner": share.owner_proof}
    content_base = f"{base}/contents/1"
    body = {"owner_verifier": b64(share.owner_verifier), "expires_in_secs": 3600, "part_bytes": part_bytes,
            "ends_with_last_link": True}
    server.call("PUT", base, body, **owner)
    entries, content = files_of(folder)
    content = content.ljust(crypto.padded_len(len(content)), b"\0")
    parts = []
    for index, at in enumerate(range(0, len(content), part_bytes)):
        context = crypto.part_context(share.share_id, index)
        parts.append(crypto.seal(share.content_key, "part", context, content[at : at + part_bytes]))
        server.call("PUT", f"{content_base}/parts/{index}", parts[-1], **owner)
    plain = manifest.write_manifest(entries, parts, part_bytes, note)
    manifest.read_manifest(plain)  # What a reader refuses, a writer never makes.
    sealed = crypto.seal(share.manifest_key, "manifest", share.share_id, plain)
    server.call("PUT", f"{content_base}/manifest", sealed, **owner)
    digest = crypto.part_list_digest([(len(part), sha256(part)) for part in parts])
    body = {"part_count": len(parts), "parts_digest": b64(digest), "manifest_digest": b64(sha256(sealed))}
    server.call("POST", f"{content_base}/complete", body, **owner)
    kept = {"version": 1, "label": "from Python",
            "links": [{"secret": b64(link.secret), "label": "", "receipt_key": b64(link.receipt_key),
                       "wrap_keys": {"open_verifier": b64(link.open_verifier), "view": b64(link.view_key),
                                     "content": b64(link.content_wrap_key)}}]}
    server.call("PUT", f"{base}/note", crypto.seal(share.note_key, "note", share.share_id, manifest.fill(kept)), **owner)
    stored = crypto.open_sealed(share.note_key, "note", share.share_id, server.call("GET", f"{base}/note", **owner))
    assert manifest.read_owner_note(stored)["links"][0]["secret"] == link.secret
    view = crypto.seal(link.view_key, "view", link.link_id, share.manifest_key + sha256(sealed))
    wrap = crypto.seal(link.content_wrap_key, "content", link.link_id, share.content_key)
    lock = {"needs_password": bool(password), "open_verifier": b64(link.open_verifier), "view_wrap": b64(view),
            "content_wrap": b64(wrap)}
    body = {"link_verifier": b64(link.link_verifier), "lock": lock, "downloads_max": 1, "recipient_may_destroy": False}
    server.call("PUT", base + text_path("links", link.link_id), body, **owner)
    return f"{server.origin}/s#{token.encode(link.secret, token.SHARE_LINK)}"


def receive(server, link, folder, password=""):
    """Saves what a link opens; gives the note."""
    keys = crypto.LinkKeys(token.find(link, token.SHARE_LINK), password)
    base, holder = text_path("links", keys.link_id), {"link": keys.link_proof}
    opens = holder | {"open": keys.open_proof}
    state = server.call("GET", base, **holder)
    if state["needs_password"] and not password:
        raise Refused("password")
    answer = server.call("POST", f"{base}/open", **opens)
    share_id, view = unb64(answer["share"], 16), unb64(answer["view_wrap"], 145)
    view = crypto.open_sealed(keys.view_key, "view", keys.link_id, view)
    sealed = server.call("GET", f"{base}/manifest", **opens)
    if sha256(sealed) != view[32:]:
        raise Refused("authentication")
    read = manifest.read_manifest(crypto.open_sealed(view[:32], "manifest", share_id, sealed))
    lease = crypto.HolderKeys("lease", os.urandom(32))
    granted = server.call("POST", f"{base}/leases", {"lease_verifier": b64(lease.verifier)}, **opens)
    content_key = crypto.open_sealed(
        keys.content_wrap_key, "content", keys.link_id, unb64(granted["content_wrap"], 113)
    )
    content = b""
    for index, (length, digest, _) in enumerate(read["parts"]):
        part = server.call("GET", f"{base}/parts/{index}", lease=lease.proof, **holder)
        if len(part) != length or sha256(part) != digest:
            raise Refused("authentication")
        content += crypto.open_sealed(content_key, "part", crypto.part_context(share_id, index), part)
    at = 0
    for entry in read["entries"]:
        path = Path(folder, entry["path"])
        if entry["folder"]:
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content[at : at + entry["size"]])
        at += entry["size"]
    said = crypto.receipt(keys.receipt_key, keys.link_id, lease.id, sha256(sealed))
    server.call("POST", base + text_path("leases", lease.id, "done"), {"receipt": b64(said)}, lease=lease.proof, **holder)
    return read["note"]


def make_push(server, payload, passphrase="", sender=None, for_files=False):
    """Makes a push; gives its link."""
    owner = crypto.PushOwnerKeys(os.urandom(32))
    keys = crypto.PushKeys(owner.push_secret, passphrase)
    face = {"kind": payload["kind"], "for_files": for_files} | ({"from": sender} if sender else {})

    def sealed(key, role, value):
        return crypto.seal(key, role, keys.link_id, push.write(role, value))

    content = sealed(keys.payload_key, "payload", payload)
    note = {"label": "from Python", "receipt_key": b64(keys.receipt_key), "payload_digest": b64(sha256(content))}
    lock = {"needs_password": bool(passphrase), "open_verifier": b64(keys.open_verifier),
            "face": b64(sealed(keys.face_key, "face", face)), "payload": b64(content)}
    body = {"owner_verifier": b64(owner.owner_verifier), "link_verifier": b64(keys.link_verifier), "lock": lock,
            "views_max": 1, "expires_in_secs": 3600, "recipient_may_destroy": True,
            "note": b64(sealed(owner.note_key, "push-note", note))}
    server.call("PUT", text_path("pushes", keys.link_id), body, owner=owner.owner_proof)
    return f"{server.origin}/p#{token.encode(keys.secret, token.PUSH_LINK)}"


def reveal(server, link, passphrase=""):
    """The face and the payload of a push."""
    keys = crypto.PushKeys(token.find(link, token.PUSH_LINK), passphrase)
    base, holder = text_path("pushes", keys.link_id), {"link": keys.link_proof}
    looked = server.call("GET", base, **holder)
    face = push.read_face(keys.face_key, keys.link_id, unb64(looked["face"]))
    if looked["link"]["needs_password"] and not passphrase:
        raise Refused("password")
    lease, opens = crypto.HolderKeys("lease", os.urandom(32)), holder | {"open": keys.open_proof}
    time.sleep(looked["link"]["retry_after_millis"] / 1000)
    answer = server.call("POST", f"{base}/reveal", {"lease_verifier": b64(lease.verifier)}, **opens)
    sealed = unb64(answer["payload"])
    payload = push.read_payload(keys.payload_key, keys.link_id, sealed)
    if payload["kind"] != face["kind"]:
        raise Refused("malformed")
    said = crypto.receipt(keys.receipt_key, keys.link_id, lease.id, sha256(sealed))
    server.call("POST", f"{base}/ack", {"receipt": b64(said)}, lease=lease.proof, **holder)
    return face, payload
