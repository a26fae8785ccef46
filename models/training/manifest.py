"""Writes `manifest.json`: file sizes and hashes, labels, calibration, and sentences that check a running engine."""

import hashlib
import json
from pathlib import Path

from encoder import EMOTION, HIDDEN, SENTIMENT, TOUCHPOINT_DIMENSIONS
from tokens import PAD, PREFIX

FILES = ["encoder.safetensors", "embeddings.q4", "heads.safetensors", "tokenizer.json"]
SELF_TEST_TOLERANCE = 0.03

SELF_TEST = [
    "快递三天还没到，客服也不回消息，太失望了",
    "包装很结实，味道也比上次好，会回购",
    "客服態度很好，很快就幫我處理好了",
    "等咗成個鐘都未有位，唔會再嚟",
    "The app crashes every time I try to pay. Waste of my evening.",
    "Honestly the easiest return I have ever done, thank you!",
    "The meeting has been moved to Tuesday.",
    "届くのが早くて、梱包もとても丁寧でした。",
    "何度問い合わせても返事がなく、がっかりです。",
    "El pedido llegó roto y nadie contesta al teléfono.",
    "Muy buena atención, volveré seguro.",
]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(folder: Path, rows: int, calibration: dict) -> None:
    """`calibration` holds the keys `sentiment`, `emotion` and `touchpoint`, merged over the fixed parts. The self-test is
    empty until `write_self_test`."""
    name = folder.name
    manifest = {
        "id": name,
        "format": 1,
        "engine": "native",
        "license": "MIT",
        "base": "intfloat/multilingual-e5-small",
        "files": [{"name": f, "bytes": (folder / f).stat().st_size, "sha256": sha256(folder / f)} for f in FILES],
        "prefix": PREFIX,
        "pooling": "mean of hidden over the opinion's own tokens; the prefix, <s> and </s> are left out",
        "hidden": HIDDEN,
        "embedding": {"file": "embeddings.q4", "rows": rows, "width": HIDDEN, "block": 32, "encoding": "q4_0"},
        "window": {"max_tokens": 256, "overlap_tokens": 64},
        "pad_id": PAD,
        "sentiment": {"labels": SENTIMENT, **calibration["sentiment"]},
        "emotion": {"labels": EMOTION, **calibration["emotion"]},
        "touchpoint": {"dimensions": TOUCHPOINT_DIMENSIONS, **calibration["touchpoint"]},
        "self_test": [],
        "self_test_tolerance": SELF_TEST_TOLERANCE,
    }
    save(folder, manifest)


def write_self_test(folder: Path, answers: list[dict]) -> None:
    """`answers`: the sentences with the probabilities that the engine gives them."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    save(folder, manifest | {"self_test": answers})


def save(folder: Path, manifest: dict) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
