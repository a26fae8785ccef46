"""Writes `encoder.safetensors`, what the native engine loads: int8 matrices per output channel, the rest in float32.

`python export_native.py --base e5-small-q4.bin --checkpoint final.pt --out encoder.safetensors` ; the layout is described in
`crates/engine/src/lib.rs`.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

from base import BaseWeights
from encoder import HEADS, HIDDEN, Encoder

# Shares of a channel's largest weight that are tried as the largest weight kept.
CLIPS = [1.0 - 0.02 * i for i in range(16)]


def quantise(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of int8 (-127 to 127) and a scale per row: the cut that leaves the least squared error."""
    largest = weight.abs().amax(1, keepdim=True).clamp(min=1e-12)
    best = torch.full_like(largest, torch.inf)
    scales = largest / 127
    for clip in CLIPS:
        scale = largest * clip / 127
        error = ((weight / scale).round().clamp(-127, 127) * scale - weight).square().sum(1, keepdim=True)
        scales = torch.where(error < best, scale, scales)
        best = torch.minimum(error, best)
    return (weight / scales).round().clamp(-127, 127).to(torch.int8), scales.flatten()


def tensors_of(encoder: Encoder) -> dict[str, torch.Tensor]:
    out = {"emb.pos": encoder.position, "emb.type": torch.zeros(HIDDEN),  # the positions carry the only token type
           "emb.ln.w": encoder.norm.weight, "emb.ln.b": encoder.norm.bias}
    for i, layer in enumerate(encoder.layers):
        linears = {"ao": layer.out, "fi": layer.up, "fo": layer.down}
        parts = {name: (linear.weight, linear.bias) for name, linear in linears.items()}
        parts |= dict(zip("qkv", zip(layer.qkv.weight.split(HIDDEN), layer.qkv.bias.split(HIDDEN))))
        for name, (weight, bias) in parts.items():
            out[f"l{i}.{name}.w"], out[f"l{i}.{name}.s"] = quantise(weight)
            out[f"l{i}.{name}.b"] = bias
        for name, norm in (("aln", layer.attention_norm), ("oln", layer.output_norm)):
            out[f"l{i}.{name}.w"], out[f"l{i}.{name}.b"] = norm.weight, norm.bias
    return {name: t if t.dtype == torch.int8 else t.float() for name, t in out.items()}


@torch.no_grad()
def export_native(encoder: Encoder, out: Path) -> None:
    metadata = {"layers": str(len(encoder.layers)), "heads": str(HEADS), "eps": repr(encoder.norm.eps)}
    save_file({name: t.detach().contiguous().clone() for name, t in tensors_of(encoder).items()}, str(out), metadata)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="e5-small-q4.bin")
    parser.add_argument("--checkpoint", type=Path, help="of train.py; without it the base itself is written")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    encoder = Encoder.from_base(BaseWeights(args.base))
    if args.checkpoint:
        state = torch.load(args.checkpoint, map_location="cpu")["model"]
        start = "encoder."
        encoder.load_state_dict({k[len(start):]: v for k, v in state.items() if k.startswith(start)})
    export_native(encoder, args.out)


if __name__ == "__main__":
    main()
