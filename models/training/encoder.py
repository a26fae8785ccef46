"""The encoder (BERT, 12 layers of 384) and the three heads, as plain PyTorch modules.

The encoder takes word-embedding rows, not token ids: the 96 M word embeddings stay frozen in 4 bits outside it.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from base import BaseWeights

HIDDEN, LAYERS, HEADS, FFN, POSITIONS = 384, 12, 12, 1536, 512
SENTIMENT = ["negative", "neutral", "positive"]
EMOTION = ["joy", "anger", "sadness", "fear", "surprise", "disgust", "neutral"]
TOUCHPOINT_DIMENSIONS = 128


class Linear(nn.Linear):
    """A matrix product that, once `rounded`, rounds what comes in to 8 bits over its range, about as an int8 engine does, so that
    training sees it. The weights' own rounding, per output channel, matters far less and is left out."""

    rounded = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.rounded:
            low, high = torch.aminmax(x.detach())
            low, high = low.float().clamp(max=0), high.float().clamp(min=0)
            scale = ((high - low) / 255).clamp(min=1e-8)
            zero = (-low / scale).round().to(torch.int32)
            x = torch.fake_quantize_per_tensor_affine(x.float(), scale, zero, 0, 255)
        return super().forward(x)


class Layer(nn.Module):
    """One transformer block, normalised after each sum, as BERT does. Query, key and value share one matrix."""

    def __init__(self, eps: float, dropout: float):
        super().__init__()
        self.qkv = Linear(HIDDEN, 3 * HIDDEN)
        self.out = Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=eps)
        self.up = Linear(HIDDEN, FFN)
        self.down = Linear(FFN, HIDDEN)
        self.output_norm = nn.LayerNorm(HIDDEN, eps=eps)
        self.drop = nn.Dropout(dropout) if dropout else nn.Identity()
        self.query_scale = (HIDDEN // HEADS) ** -0.5  # 1 in the export, where the query weights carry it

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        batch, length = x.shape[0], x.shape[1]
        q, k, v = self.qkv(x).split(HIDDEN, dim=-1)
        q, k, v = (t.reshape(batch, length, HEADS, HIDDEN // HEADS).transpose(1, 2) for t in (q, k, v))
        if self.query_scale != 1:
            q = q * self.query_scale
        scores = torch.matmul(q, k.transpose(2, 3)) + bias.to(q.dtype)
        mixed = torch.matmul(torch.softmax(scores, dim=-1), v)
        mixed = mixed.transpose(1, 2).reshape(batch, length, HIDDEN)
        x = self.attention_norm(x + self.drop(self.out(mixed)))
        return self.output_norm(x + self.drop(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    """`embeddings` [batch, seq, 384] and `attention_mask` [batch, seq] in, `hidden` [batch, seq, 384] out."""

    def __init__(self, eps: float = 1e-12, dropout: float = 0.0):
        super().__init__()
        self.position = nn.Parameter(torch.zeros(POSITIONS, HIDDEN))
        self.norm = nn.LayerNorm(HIDDEN, eps=eps)
        self.layers = nn.ModuleList(Layer(eps, dropout) for _ in range(LAYERS))

    def forward(self, embeddings: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        x = self.norm(embeddings + self.position[: embeddings.shape[1]])
        bias = (1.0 - attention_mask[:, None, None, :].to(torch.float32)) * -10000.0
        for layer in self.layers:
            x = layer(x, bias)
        return x.float()

    def round_products(self, rounded: bool) -> None:
        for module in self.modules():
            if isinstance(module, Linear):
                module.rounded = rounded

    def freeze(self, layers: int) -> None:
        """Everything below layer number `layers` learns no more."""
        self.position.requires_grad_(False)
        for module in (self.norm, *self.layers[:layers]):
            module.requires_grad_(False)

    @classmethod
    def from_base(cls, base: BaseWeights, dropout: float = 0.0) -> "Encoder":
        """The base's own weights; the single token type is folded into the positions."""
        self = cls(base.eps, dropout)

        def put(parameter: torch.Tensor, *names: str) -> None:
            parts = [torch.from_numpy(base.array(n)) for n in names]
            parameter.data.copy_(torch.cat(parts).reshape(parameter.shape))

        put(self.position, "emb.pos")
        self.position.data += torch.from_numpy(base.array("emb.type"))[:HIDDEN]
        put(self.norm.weight, "emb.ln.w")
        put(self.norm.bias, "emb.ln.b")
        for i, layer in enumerate(self.layers):
            for end, kind in (("w", "weight"), ("b", "bias")):
                put(getattr(layer.qkv, kind), *(f"l{i}.{m}.{end}" for m in "qkv"))
                for module, name in ((layer.out, "ao"), (layer.up, "fi"), (layer.down, "fo"),
                                     (layer.attention_norm, "aln"), (layer.output_norm, "oln")):
                    put(getattr(module, kind), f"l{i}.{name}.{end}")
        return self


    def load_shipped(self, folder: Path) -> None:
        """Takes the weights that `export.py` wrote to `folder`, its int8 matrices made float again."""
        tensors = load_file(str(folder / "encoder.safetensors"))

        def weight(name: str) -> torch.Tensor:
            return tensors[f"{name}.w"].float() * tensors[f"{name}.s"][:, None]

        def put(parameter: torch.Tensor, value: torch.Tensor) -> None:
            parameter.data.copy_(value.reshape(parameter.shape))

        put(self.position, tensors["emb.pos"].reshape(POSITIONS, HIDDEN) + tensors["emb.type"])
        put(self.norm.weight, tensors["emb.ln.w"])
        put(self.norm.bias, tensors["emb.ln.b"])
        for i, layer in enumerate(self.layers):
            put(layer.qkv.weight, torch.cat([weight(f"l{i}.{m}") for m in "qkv"]))
            put(layer.qkv.bias, torch.cat([tensors[f"l{i}.{m}.b"] for m in "qkv"]))
            for module, name in ((layer.out, "ao"), (layer.up, "fi"), (layer.down, "fo")):
                put(module.weight, weight(f"l{i}.{name}"))
                put(module.bias, tensors[f"l{i}.{name}.b"])
            for module, name in ((layer.attention_norm, "aln"), (layer.output_norm, "oln")):
                put(module.weight, tensors[f"l{i}.{name}.w"])
                put(module.bias, tensors[f"l{i}.{name}.b"])


class Heads(nn.Module):
    """Linear readings of the mean of `hidden` over an opinion's tokens."""

    def __init__(self):
        super().__init__()
        self.sentiment = nn.Linear(HIDDEN, len(SENTIMENT))
        self.emotion = nn.Linear(HIDDEN, len(EMOTION))
        self.touchpoint = nn.Linear(HIDDEN, TOUCHPOINT_DIMENSIONS)


class Model(nn.Module):
    """Frozen word embeddings, encoder and heads together, for training."""

    def __init__(self, base: BaseWeights, dropout: float = 0.0):
        super().__init__()
        rows = torch.from_numpy(base.array("emb.word")).reshape(base.vocab, HIDDEN)
        self.register_buffer("words", rows, persistent=False)
        self.encoder = Encoder.from_base(base, dropout)
        self.heads = Heads()

    def load_shipped(self, folder: Path) -> None:
        """Goes on from a shipped model: its layers and its heads."""
        self.encoder.load_shipped(folder)
        self.heads.load_state_dict(load_file(str(folder / "heads.safetensors")))

    def hidden(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.encoder(F.embedding(ids, self.words), mask)


def pool(hidden: torch.Tensor, spans: torch.Tensor) -> torch.Tensor:
    """Mean of the rows a span covers. `spans` [n, 3]: row in the batch, first token, one past the last."""
    at = torch.arange(hidden.shape[1], device=hidden.device)
    inside = ((at >= spans[:, 1:2]) & (at < spans[:, 2:3])).to(hidden.dtype)
    return torch.einsum("nsh,ns->nh", hidden[spans[:, 0]], inside) / inside.sum(1, keepdim=True).clamp(min=1)
