"""Authentication in a context with <Security>: CURVE on sockets, and a MAC (`seal`) in each message.

The formula is in docs/security.md, "Message MACs for other programs". ZeroMQ provides CURVE, python3-nacl X25519.
"""

import hashlib
import hmac
import json
import os
import re
import sys
import time

import zmq.auth
from zmq.utils import z85

TAIL = re.compile(rb',?"seal":"(\S{40}) (\d{1,15}) ([0-9a-f]{64})"\}\Z')
# At least the length of any tail.
TAIL_BYTES = 160


class Unproven:
    """The identity in a context without <Security>: adds no MAC and accepts every message."""

    def protect(self, socket):
        pass

    def seal(self, frame):
        return frame

    def is_from_provider(self, frame):
        return True


class Identity:
    """A key pair, and the public key of the provider, the reader of all messages. Keys are Z85 in bytes."""

    def __init__(self, public_key, secret_key, server_key):
        try:
            from nacl.bindings import crypto_scalarmult
        except ImportError:
            sys.exit("this context is secured, and seals need X25519: apt install python3-nacl")
        self.public_key, self.secret_key, self.server_key = public_key, secret_key, server_key
        shared = crypto_scalarmult(z85.decode(secret_key), z85.decode(server_key))
        self.agreed = hmac.digest(b"contextd seal 1", shared, hashlib.sha256)
        self.stamp = 0
        self.last_stamp = 0

    def protect(self, socket):
        """Call it before the socket connects."""
        socket.curve_publickey = self.public_key
        socket.curve_secretkey = self.secret_key
        socket.curve_serverkey = self.server_key

    def seal(self, frame):
        """Adds the MAC as the last key of the frame's JSON object."""
        self.stamp = max(int(time.time() * 1000), self.stamp + 1)
        sealed, claim = frame[:-1], b"%b %d" % (self.public_key, self.stamp)
        return b'%b,"seal":"%b %b"}' % (sealed, claim, self.mac(sealed, claim))

    def is_from_provider(self, frame):
        """Whether the provider has authenticated the frame for this key; True once per frame, with increasing stamps."""
        tail = TAIL.search(frame, max(0, len(frame) - TAIL_BYTES))
        if tail is None or tail[1] != self.server_key or int(tail[2]) <= self.last_stamp:
            return False
        if not hmac.compare_digest(self.mac(frame[: tail.start()], tail[1] + b" " + tail[2]), tail[3]):
            return False
        self.last_stamp = int(tail[2])
        return True

    def mac(self, sealed, claim):
        return hmac.new(self.agreed, sealed + b"\n" + claim, hashlib.sha256).hexdigest().encode()


def of_service():
    """The identity of this service. Reads its keys from a pipe and closes it, so that children do not inherit it."""
    if "CONTEXTD_KEYS_FD" not in os.environ:
        return Unproven()
    with open(int(os.environ.pop("CONTEXTD_KEYS_FD")), encoding="ascii") as pipe:
        keys = json.load(pipe)
    server_key = os.environ["CONTEXTD_SERVER_KEY"]
    return Identity(*(key.encode() for key in (keys["public_key"], keys["secret_key"], server_key)))


def of_client(key_file, server_key):
    """`key_file` is a NAME.key_secret; `server_key` is the provider's public key, or a NAME.key file."""
    if not key_file and not server_key:
        return Unproven()
    if not key_file:
        sys.exit("the provider is secured: name your secret key file with --key")
    if not server_key:
        sys.exit("the provider's public key is not known: name it with --server_key, or its file with --context_file")
    try:
        public_key, secret_key = zmq.auth.load_certificate(key_file)
        if secret_key is None:
            sys.exit(f"{key_file} contains no secret key: name NAME.key_secret")
        is_file = os.path.exists(server_key)
        return Identity(
            public_key, secret_key, zmq.auth.load_certificate(server_key)[0] if is_file else server_key.encode()
        )
    except (OSError, ValueError) as error:
        sys.exit(f"these keys cannot be used: {error}")
