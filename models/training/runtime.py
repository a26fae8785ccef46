"""Runs the encoder in Python with ONNX Runtime and applies the heads: for calibrating and comparing, not part of what ships."""

import copy
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

from base import BLOCK_BYTES, dequantise
from encoder import HIDDEN, Encoder
from tokens import Tokens, batch


def export_onnx(encoder: Encoder, float_out: Path, int8_out: Path) -> None:
    """The encoder in float and in dynamic int8: weights per output channel in 7 bits, activations rounded as they come,
    matrix products only."""
    encoder = copy.deepcopy(encoder).float().eval()
    encoder.round_products(False)
    for layer in encoder.layers:
        layer.qkv.weight.data[:HIDDEN] *= layer.query_scale
        layer.qkv.bias.data[:HIDDEN] *= layer.query_scale
        layer.query_scale = 1  # one step less at run time
    example = (torch.randn(2, 9, HIDDEN), torch.ones(2, 9, dtype=torch.int64))
    axes = {0: "batch", 1: "seq"}
    torch.onnx.export(
        encoder, example, str(float_out), opset_version=17, dynamo=False,
        input_names=["embeddings", "attention_mask"], output_names=["hidden"],
        dynamic_axes={"embeddings": axes, "attention_mask": axes, "hidden": axes})
    quantize_dynamic(str(float_out), str(int8_out), op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True,
                     weight_type=QuantType.QInt8)


class Runtime:
    """Embeddings, heads and tokenizer of a model folder with an ONNX encoder. `vectors` gives the mean hidden row over each
    span's tokens."""

    def __init__(self, folder: Path, encoder: Path, threads: int = 2):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # kind to whoever shares the cores
        self.session = onnxruntime.InferenceSession(str(encoder), options, providers=["CPUExecutionProvider"])
        self.rows = np.memmap(folder / "embeddings.q4", dtype=np.uint8, mode="r").reshape(-1, HIDDEN // 32 * BLOCK_BYTES)
        self.tokens = Tokens(folder / "tokenizer.json")
        self.heads = load_file(folder / "heads.safetensors")

    def embed(self, ids: np.ndarray) -> np.ndarray:
        unique, back = np.unique(ids, return_inverse=True)
        return dequantise(self.rows[unique].reshape(-1)).reshape(-1, HIDDEN)[back].reshape(*ids.shape, HIDDEN)

    def vectors(self, texts: list[str], spans: list[list[tuple[int, int]]] | None = None, limit: int = 256,
                size: int = 32) -> np.ndarray:
        """One row per span, text after text; without `spans` each text is one span."""
        encoded = self.tokens.encode(texts, spans, limit=limit)
        starts = np.cumsum([0] + [len(e[1]) for e in encoded])
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i][0]))
        out = np.zeros((starts[-1], HIDDEN), dtype=np.float32)
        for at in range(0, len(order), size):
            some = order[at : at + size]
            ids, mask = batch([encoded[i][0] for i in some])
            (hidden,) = self.session.run(
                None, {"embeddings": self.embed(ids.numpy()), "attention_mask": mask.numpy()})
            for row, i in enumerate(some):
                for k, (first, end) in enumerate(encoded[i][1]):
                    out[starts[i] + k] = hidden[row, first : max(end, first + 1)].mean(0)
        return out

    def head(self, name: str, vectors: np.ndarray) -> np.ndarray:
        return vectors @ self.heads[f"{name}.weight"].T + self.heads[f"{name}.bias"]

    def touchpoint(self, vectors: np.ndarray) -> np.ndarray:
        v = self.head("touchpoint", vectors)
        return v / np.linalg.norm(v, axis=1, keepdims=True)


def softmax(logits: np.ndarray) -> np.ndarray:
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)
