"""Writes what the service loads: `encoder.safetensors`, `embeddings.q4`, `heads.safetensors`, `tokenizer.json`.

`python export.py --base e5-small-q4.bin --tokenizer tokenizer.json --checkpoint final.pt --out FOLDER` ; the layout of the
encoder (int8 matrices with a scale per output channel, the rest in float32) is described in `crates/engine/src/lib.rs`.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save, save_file

from base import BaseWeights
from encoder import HEADS, HIDDEN, Encoder, Heads, Model

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


def export_encoder(encoder: Encoder, out: Path) -> None:
    metadata = {"layers": str(len(encoder.layers)), "heads": str(HEADS), "eps": repr(encoder.norm.eps)}
    written = save({name: t.detach().contiguous().clone() for name, t in tensors_of(encoder).items()}, metadata)
    # The library puts the metadata in another order every time; sorted, the same weights are the same bytes.
    end = 8 + int.from_bytes(written[:8], "little")
    header = json.loads(written[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode().ljust(end - 8)
    out.write_bytes(written[:8] + text + written[end:])


def export_heads(heads: Heads, out: Path) -> None:
    save_file({k: v.detach().float().contiguous() for k, v in heads.state_dict().items()}, str(out))


def export_embeddings(base: BaseWeights, out: Path) -> None:
    """The base's 4-bit rows, byte for byte."""
    out.write_bytes(base.raw("emb.word").tobytes())


def export_tokenizer(source: Path, out: Path) -> None:
    """The base's tokenizer without its cutting and padding: the service windows long texts itself."""
    spec = json.loads(source.read_text(encoding="utf-8"))
    spec["truncation"] = spec["padding"] = None
    out.write_text(json.dumps(spec, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


@torch.no_grad()
def export(model: Model, base: BaseWeights, tokenizer: Path, folder: Path) -> None:
    """All four files, readable by everybody."""
    folder.mkdir(parents=True, exist_ok=True)
    export_encoder(model.encoder, folder / "encoder.safetensors")
    export_heads(model.heads, folder / "heads.safetensors")
    export_embeddings(base, folder / "embeddings.q4")
    export_tokenizer(tokenizer, folder / "tokenizer.json")
    for path in folder.iterdir():
        path.chmod(0o644)


def load(base: BaseWeights, checkpoint: Path) -> Model:
    """The model as a checkpoint of train.py has it."""
    model = Model(base)
    model.load_state_dict(torch.load(checkpoint, map_location="cpu")["model"], strict=False)
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="e5-small-q4.bin")
    parser.add_argument("--tokenizer", type=Path, required=True, help="the base's tokenizer.json")
    parser.add_argument("--checkpoint", type=Path, required=True, help="of train.py")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    args = parser.parse_args()
    base = BaseWeights(args.base)
    export(load(base, args.checkpoint), base, args.tokenizer, args.out)


if __name__ == "__main__":
    main()
