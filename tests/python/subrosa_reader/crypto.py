"""Sections 1 to 5: derivations, sealed objects, padding."""

import base64
import hashlib
import hmac
import os
import unicodedata

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 65_536
TAG = 16
HEADER = 65
PREFIX = b"subrosa/1/"


class Refused(Exception):
    """Something is not as the protocol says. `kind` is the word that test vectors use."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text, length=None):
    """Base64url without padding and without stray bits."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise Refused("malformed") from error
    if b64(data) != text or length not in (None, len(data)):
        raise Refused("malformed")
    return data


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def hkdf(material, label, length, number=b""):
    # RFC 5869: an empty salt is the same as none.
    return HKDF(SHA256(), length, salt=b"", info=PREFIX + label.encode() + number).derive(material)


def object_id(label, verifier):
    return sha256(PREFIX + label.encode(), verifier)[:16]


def stretch(password, salt):
    """P: of suite 1, or nothing where there is no password."""
    password = unicodedata.normalize("NFC", password).encode()
    if not password:
        return b""
    if len(password) > 1024:
        raise Refused("too-long")
    return hash_secret_raw(password, salt, 3, 65_536, 1, 32, Type.ID, 0x13)


class ShareKeys:
    def __init__(self, secret):
        self.secret = secret
        self.owner_proof = hkdf(secret, "share/owner", 32)
        self.owner_verifier = sha256(self.owner_proof)
        self.share_id = object_id("share/id", self.owner_verifier)
        self.manifest_key = self.key_of("share/manifest", 1)
        self.content_key = self.key_of("share/content", 1)
        self.note_key = hkdf(secret, "share/note", 32)

    def key_of(self, label, content):
        """Of the first content, the number is not in it."""
        return hkdf(self.secret, label, 32, b"" if content == 1 else content.to_bytes(4))


class LinkKeys:
    """What a link secret and a password give."""

    def __init__(self, secret, password=""):
        self.secret = secret
        self.salt = hkdf(secret, "link/salt", 16)
        self.stretched = stretch(password, self.salt)
        self.link_proof = hkdf(secret, "link/proof", 32)
        self.link_verifier = sha256(self.link_proof)
        self.link_id = object_id("link/id", self.link_verifier)
        both = secret + self.stretched
        self.open_proof = hkdf(both, "link/open", 32)
        self.open_verifier = sha256(self.open_proof)
        self.view_key = hkdf(both, "link/view", 32)
        self.content_wrap_key = hkdf(both, "link/content", 32)
        self.receipt_key = hkdf(both, "link/receipt", 32)


class PushKeys:
    """What a push secret and a passphrase give."""

    def __init__(self, secret, passphrase=""):
        self.secret = secret
        self.salt = hkdf(secret, "push/salt", 16)
        self.stretched = stretch(passphrase, self.salt)
        self.link_proof = hkdf(secret, "push/proof", 32)
        self.link_verifier = sha256(self.link_proof)
        self.link_id = object_id("push/id", self.link_verifier)
        self.face_key = hkdf(secret, "push/face", 32)
        both = secret + self.stretched
        self.open_proof = hkdf(both, "push/open", 32)
        self.open_verifier = sha256(self.open_proof)
        self.payload_key = hkdf(both, "push/payload", 32)
        self.receipt_key = hkdf(both, "push/receipt", 32)


class PushOwnerKeys:
    def __init__(self, secret):
        self.secret = secret
        self.owner_proof = hkdf(secret, "push/owner", 32)
        self.owner_verifier = sha256(self.owner_proof)
        self.note_key = hkdf(secret, "push/note", 32)
        self.push_secret = hkdf(secret, "push/secret", 32)


class HolderKeys:
    """Of a lease or a device."""

    def __init__(self, what, secret):
        self.secret = secret
        self.proof = hkdf(secret, f"{what}/proof", 32)
        self.verifier = sha256(self.proof)
        self.id = object_id(f"{what}/id", self.verifier)


def receipt(key, link_id, lease_id, digest):
    return hmac.digest(key, PREFIX + b"receipt" + link_id + lease_id + digest, "sha256")


# Section 4.


def sealed_len(plain_len):
    return HEADER + plain_len + TAG * max(1, -(-plain_len // CHUNK))


def chunk_lens(length):
    """Lengths of the sealed chunks of an object of that length."""
    rest = length - HEADER
    if rest < TAG or (rest > CHUNK + TAG and 1 <= rest % (CHUNK + TAG) <= TAG):
        raise Refused("length")
    whole, last = divmod(rest, CHUNK + TAG)
    return [CHUNK + TAG] * whole + ([last] if last else [])


def derive_seal(key, salt, role):
    both = hkdf(key + salt, f"seal/{role}", 64)
    return both[:32], both[32:]


def nonce(index, last):
    return index.to_bytes(11, "big") + bytes([last])


def seal(key, role, context, plaintext, salt=None):
    salt = salt or os.urandom(32)
    aead_key, commitment = derive_seal(key, salt, role)
    aead, associated = ChaCha20Poly1305(aead_key), b"\x01" + role.encode() + context
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext), CHUNK)] or [b""]
    sealed = [
        aead.encrypt(nonce(index, index == len(chunks) - 1), chunk, associated) for index, chunk in enumerate(chunks)
    ]
    return b"".join([b"\x01", salt, commitment, *sealed])


def opener(key, role, context, header):
    """Checks version and commitment; gives what opens a chunk."""
    if header[0] != 1:
        raise Refused("version")
    aead_key, commitment = derive_seal(key, header[1:33], role)
    if not hmac.compare_digest(commitment, header[33:HEADER]):
        raise Refused("authentication")
    aead, associated = ChaCha20Poly1305(aead_key), b"\x01" + role.encode() + context

    def open_chunk(index, last, sealed):
        try:
            return aead.decrypt(nonce(index, last), sealed, associated)
        except InvalidTag as error:
            raise Refused("authentication") from error

    return open_chunk


def open_sealed(key, role, context, sealed):
    lens = chunk_lens(len(sealed))
    open_chunk = opener(key, role, context, sealed[:HEADER])
    plaintext, at = [], HEADER
    for index, length in enumerate(lens):
        plaintext.append(open_chunk(index, index == len(lens) - 1, sealed[at : at + length]))
        at += length
    return b"".join(plaintext)


def open_one_chunk(key, context, header, part_len, commitment, index, sealed):
    """A chunk of a part whose length and commitment come from the manifest."""
    lens = chunk_lens(part_len)
    if len(header) != HEADER or index >= len(lens) or len(sealed) != lens[index]:
        raise Refused("length")
    open_chunk = opener(key, "part", context, header)
    if not hmac.compare_digest(header[33:], commitment):
        raise Refused("authentication")
    return open_chunk(index, index == len(lens) - 1, sealed)


# Section 5.


def padded_len(length):
    if length <= 4096:
        return 4096
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def part_context(share_id, index):
    return share_id + index.to_bytes(8, "big")


def part_list_digest(parts):
    return sha256(PREFIX + b"part-list", *(length.to_bytes(8, "big") + digest for length, digest in parts))
