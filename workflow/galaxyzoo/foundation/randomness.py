"""Random numbers without shared state: each draw has a key, and the key is its seed."""

import hashlib
import json
import operator

import numpy as np


def numpy_generator(*key: int | str) -> np.random.Generator:
    """A generator that depends on `key` alone, such as `("holdout", 0)`.

    The same key gives the same stream in every process and on every machine. Two different keys
    give independent streams, however similar they are. Raises TypeError if a part of the key is
    neither a whole number nor a string.
    """
    return np.random.default_rng(int.from_bytes(digest(*key), "big"))


def torch_seed(*key: int | str) -> int:
    """A 63-bit seed for `torch.manual_seed` that depends on `key` alone, in the same way."""
    return int.from_bytes(digest(*key)[:8], "big") >> 1


def digest(*key: int | str) -> bytes:
    """SHA-256 of a key."""
    canonical = json.dumps([k if isinstance(k, str) else operator.index(k) for k in key])
    return hashlib.sha256(canonical.encode()).digest()
