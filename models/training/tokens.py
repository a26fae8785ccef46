"""Texts to token ids, and spans of characters to spans of tokens."""

import hashlib
import unicodedata
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

PREFIX = "query: "
PAD, EOS = 1, 2


class Tokens:
    """Tokenises `query: ` + text. A token belongs to a span of characters when the two overlap."""

    def __init__(self, path: Path):
        self.tokenizer = Tokenizer.from_file(str(path))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def encode(self, texts: list[str], spans: list[list[tuple[int, int]]] | None = None,
               limit: int = 256) -> list[tuple[np.ndarray, list[tuple[int, int]]]]:
        """For each text its ids (`<s> query: … </s>`, at most `limit`) and, span by span, first token and one past the
        last. Without `spans` each text is one span. Spans cut off by the limit come back empty (first = end)."""
        rows = []
        for i, e in enumerate(self.tokenizer.encode_batch([PREFIX + t for t in texts])):
            ids, offsets = e.ids, e.offsets
            if len(ids) > limit:
                ids = ids[: limit - 1] + [EOS]
            last = len(ids) - 1
            found = []
            for start, end in spans[i] if spans else [(0, len(texts[i]))]:
                start, end = start + len(PREFIX), end + len(PREFIX)
                inside = [j for j in range(1, last) if offsets[j][1] > start and offsets[j][0] < end]
                found.append((inside[0], inside[-1] + 1) if inside else (1, 1))
            rows.append((np.array(ids, dtype=np.int64), found))
        return rows


def batch(rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids [n, longest], padded, and the attention mask."""
    ids = np.full((len(rows), max(len(r) for r in rows)), PAD, dtype=np.int64)
    for i, r in enumerate(rows):
        ids[i, : len(r)] = r
    out = torch.from_numpy(ids)
    return out, (out != PAD).long()


def normal(text: str) -> str:
    """The form texts are compared in: NFKC, lower case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def in_dev(text: str) -> bool:
    """Whether a text belongs to the held-out tenth: sha256 of `moodline-dev:` + its normal form, modulo ten, is zero."""
    return int(hashlib.sha256(("moodline-dev:" + normal(text)).encode()).hexdigest(), 16) % 10 == 0
