"""Trains the encoder and the heads, by the clock: the learning rate falls to zero as the given minutes run out.

A run that is cut off goes on from its last checkpoint when started again with the same folder.
"""

import argparse
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from base import BaseWeights
from encoder import Model, pool
from sample import Batch, Sampler
from tokens import Tokens

SHARES = {"whole": 46, "joined": 14, "emotion": 20, "touchpoint": 20}  # of the steps
TEMPERATURE = 0.05
NEAR, FAR = 0.6, 0.3  # cosines wanted to a matching description, and at most from an off-topic text to any
ENCODER_RATE, HEAD_RATE, WARM_UP = 1.5e-4, 1e-3, 0.02
LATER_RATE = 0.67  # of these where training goes on from a shipped model,
FROZEN = 4  # and this many of the lowest layers then stay as they are, which saves a quarter of the time
SMOOTHING = 0.05  # of the three-way answers, against too much certainty
ROUNDED_FROM = 0.85  # share of the time after which the products round about as an int8 engine does
CHECKPOINT_SECONDS = 240


def vectors(model: Model, batch: Batch, device: str) -> torch.Tensor:
    """One pooled row per span, in the order of the labels."""
    rows = []
    for part in batch.parts:
        hidden = model.hidden(part.ids.to(device), part.mask.to(device))
        rows.append(pool(hidden.float(), part.spans.to(device)))
    out = torch.cat(rows)
    return out[batch.order.to(device)] if batch.order is not None else out


def sentiment_loss(logits: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """Three-way; where a set has no neutrals, mostly positive against negative, so that neutral stays possible."""
    known = answers >= 0
    logits, answers = logits[known], answers[known]
    three = F.cross_entropy(logits, answers % 3, reduction="none", label_smoothing=SMOOTHING)
    two = F.cross_entropy(logits[:, [0, 2]], (answers % 3) // 2, reduction="none")
    return torch.where(answers >= 3, 0.7 * two + 0.3 * three, three).mean()


def emotion_loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    known = ~wanted.isnan()
    return 3 * F.binary_cross_entropy_with_logits(logits[known], wanted[known])


def touchpoint_loss(out: torch.Tensor, batch: Batch, device: str) -> torch.Tensor:
    out = F.normalize(out, dim=-1)
    gold = batch.gold.to(device)
    texts, ends = out[: len(gold)], len(gold) + batch.off_topic
    off, said = out[len(gold) : ends], out[ends:]
    cosine = texts @ said.T
    scores = cosine / TEMPERATURE
    right = scores.masked_fill(gold == 0, -math.inf).logsumexp(1)
    loss = (scores.logsumexp(1) - right).mean()
    best = cosine.masked_fill(gold == 0, -1).max(1).values
    loss = loss + 2 * F.relu(NEAR - best).square().mean()
    if batch.off_topic:
        loss = loss + 0.5 * F.relu((off @ said.T).max(1).values - FAR).square().mean()
    return loss


def loss_of(model: Model, batch: Batch, device: str) -> torch.Tensor:
    with torch.autocast(device, dtype=torch.bfloat16):
        v = vectors(model, batch, device)
    if batch.kind == "touchpoint":
        return touchpoint_loss(model.heads.touchpoint(v), batch, device)
    if batch.kind == "emotion":
        return emotion_loss(model.heads.emotion(v), batch.emotion.to(device))
    return sentiment_loss(model.heads.sentiment(v), batch.sentiment.to(device))


def rate(progress: float) -> float:
    """Share of the full learning rate after `progress` (0 to 1) of the time."""
    return min(progress / WARM_UP, 1.0) * max(0.0, 1.0 - progress)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--base", type=Path, required=True, help="e5-small-q4.bin")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--start", type=Path, help="shipped model folder to go on from, instead of the base's own layers")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    checkpoint = args.work / "last.pt"
    model = Model(BaseWeights(args.base)).to(args.device).train()
    if args.start:
        model.load_shipped(args.start)
        model.encoder.freeze(FROZEN)
    scale = LATER_RATE if args.start else 1.0
    optimiser = torch.optim.AdamW([
        {"params": [p for p in model.encoder.parameters() if p.requires_grad], "full": scale * ENCODER_RATE},
        {"params": list(model.heads.parameters()), "full": scale * HEAD_RATE}], lr=0.0, weight_decay=0.01, fused=True)
    step, spent = 0, 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=args.device)
        model.load_state_dict(saved["model"], strict=False)
        optimiser.load_state_dict(saved["optimiser"])
        step, spent = saved["step"], saved["spent"]
    sampler = Sampler(args.data, Tokens(args.tokenizer), args.seed + step)
    dice = random.Random(args.seed + step)
    started, kept, recent = time.monotonic() - spent, time.monotonic(), {k: [] for k in SHARES}
    inputs = tokens = 0

    def save(path: Path) -> None:
        state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": spent}
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    while True:
        spent = time.monotonic() - started
        progress = spent / (60 * args.minutes)
        if progress >= 1:
            break
        model.encoder.round_products(progress >= ROUNDED_FROM)
        for group in optimiser.param_groups:
            group["lr"] = group["full"] * rate(progress)
        kind = dice.choices(list(SHARES), list(SHARES.values()))[0]
        batch = sampler.next(kind)
        loss = loss_of(model, batch, args.device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        step += 1
        inputs += sum(len(p.ids) for p in batch.parts)
        tokens += batch.tokens()
        recent[kind].append(loss.item())
        if step % 50 == 0:
            means = " ".join(f"{k} {sum(v) / max(1, len(v)):.3f}" for k, v in recent.items())
            print(f"step {step} {spent / 60:.1f} min, {inputs} inputs, {tokens} tokens: {means}", flush=True)
            recent = {k: [] for k in SHARES}
        if time.monotonic() - kept > CHECKPOINT_SECONDS:
            save(checkpoint)
            kept = time.monotonic()
    save(checkpoint)
    save(args.work / "final.pt")


if __name__ == "__main__":
    main()
