"""Opens a registry's sealed rows as somebody would who has its files, the master
keys and OpenSSL, but not its programs (formats: index/store/data_key_store.cc,
index/codec/KEYS.md and crypto.cc). Tags are not checked: what comes out is
searched, and noise holds nobody."""

import os
import re
import subprocess

SLOT_BYTES = 64
LIVE, DESTROYED = 1, 2
AES, SM4 = 0, 1
TAG_BYTES = 16
SEALED_ROW = re.compile(
    # Key: partition, table 06, kind, number, sequence. Value: format, field 1,
    # the nonce, field 2.
    rb"\x00\x01\x06([\x01-\x03].{16})\n\x01\x0a\x0c(.{12})\x12", re.DOTALL)


def openssl(*arguments, data):
    return subprocess.run(["openssl", *arguments], input=data, check=True,
                          capture_output=True).stdout


def hmac_sm3(key, data):
    return openssl("dgst", "-sm3", "-mac", "HMAC", "-macopt",
                   f"hexkey:{key.hex()}", "-binary", data=data)


def unseal(suite, key, nonce, sealed):
    """Without its tag: both suites are stream ciphers."""
    text = sealed[:-TAG_BYTES]
    if suite == AES:
        # The counter that GCM begins with for a text.
        return openssl("enc", "-d", "-aes-256-ctr", "-K", key.hex(), "-iv",
                       (nonce + b"\0\0\0\2").hex(), data=text)
    cipher_key = hmac_sm3(key, b"seal-encrypt\0")[:16]
    return openssl("enc", "-d", "-sm4-ctr", "-K", cipher_key.hex(), "-iv",
                   (nonce + b"\0\0\0\0").hex(), data=text)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


class SealedRow:
    """One row of the sealed table, from what row_dump prints of it."""

    def __init__(self, found, dump):
        self.key, self.nonce = found.group(1), found.group(2)
        size, at = varint(dump, found.end())
        self.ciphertext = dump[at:at + size]
        at += size
        assert dump[at] == 0x18, "a sealed row without its slot"
        self.slot, at = varint(dump, at + 1)
        self.suite = AES
        if dump[at] == 0x20:
            self.suite, at = varint(dump, at + 1)
        assert dump[at:at + 1] == b"\n", "more of a sealed row than is known"

    def open_with(self, key):
        return unseal(self.suite, key, self.nonce, self.ciphertext)


def sealed_rows(dump):
    return [SealedRow(found, dump) for found in SEALED_ROW.finditer(dump)]


class DataKeys:
    """The data_keys file of a key directory."""

    def __init__(self, key_dir):
        with open(os.path.join(key_dir, "data_keys"), "rb") as file:
            self.data = file.read()
        assert self.data[:8] == b"CRDKEYS\x02", "not a file of data keys"
        self.master_version = int.from_bytes(self.data[8:12], "big")

    def slot(self, number):
        return self.data[number * SLOT_BYTES:(number + 1) * SLOT_BYTES]

    def numbers(self):
        return range(1, len(self.data) // SLOT_BYTES)

    def live(self):
        return [n for n in self.numbers() if self.slot(n)[0] == LIVE]

    def is_destroyed(self, number):
        return self.slot(number) == bytes([DESTROYED]) + bytes(SLOT_BYTES - 1)

    def is_wrapped_by(self, master):
        """Whether that master key opens the header's check."""
        return unseal(self.data[12], master, self.data[16:28],
                      self.data[28:52]) == bytes(8)

    def key(self, number, master):
        slot = self.slot(number)
        return unseal(slot[1], master, slot[4:16], slot[16:])
