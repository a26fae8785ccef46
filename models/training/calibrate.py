"""Exports a checkpoint, fits its calibration on one half of the dev texts, measures touchpoints, writes the manifest.

Runs an int8 encoder in Python (ONNX Runtime, kept in `WORK`) near enough to the shipped one; `evaluate.py` measures that one.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from base import BaseWeights
from devsets import EMOTION, DevSet, held_out, in_first_half, joined_clauses, off_topic, sentiment_sets, some, touchpoint_sets
from encoder import EMOTION as EMOTION_LABELS
from export import export, load
from figures import f1, wilson
from manifest import write_manifest
from runtime import Runtime, export_onnx, softmax
from sets import UNLEARNABLE

MOST_UNSURE = 0.12  # share of texts that may be called unsure


def round_all(value, digits: int = 4):
    if isinstance(value, dict):
        return {k: round_all(v, digits) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [round_all(v, digits) for v in value]
    return round(float(value), digits) if isinstance(value, (float, np.floating)) else value


class Sentiment:
    """Logits and labels of one dev set, and which texts the calibration is fitted on."""

    def __init__(self, dev: DevSet, runtime: Runtime):
        self.dev = dev
        self.logits = runtime.head("sentiment", runtime.vectors([t.text for t in dev.texts]))
        self.wanted = np.array([t.sentiment for t in dev.texts])
        self.fit = np.array([in_first_half(t.text) for t in dev.texts])


def fit_temperature(sets: list[Sentiment]) -> float:
    """The temperature with the least log loss on the first half, every trained set counting the same."""
    def loss(t: float) -> float:
        total = []
        for s in sets:
            if not s.fit.any():
                continue
            logits, wanted = s.logits[s.fit] / t, s.wanted[s.fit]
            if s.dev.two_way:
                logits, wanted = logits[:, [0, 2]], wanted // 2
            total.append(-np.log(softmax(logits)[np.arange(len(wanted)), wanted] + 1e-9).mean())
        return float(np.mean(total))
    return min(np.arange(0.6, 3.01, 0.02), key=loss)


def fit_unsure(sets: list[Sentiment], temperature: float) -> float:
    """The highest threshold that calls at most MOST_UNSURE of the first half unsure, the sets counting the same."""
    best = [softmax(s.logits[s.fit] / temperature).max(1) for s in sets if s.fit.any()]
    return max(t for t in np.arange(0.34, 0.95, 0.005) if np.mean([(b < t).mean() for b in best]) <= MOST_UNSURE)


def fit_emotions(data: Path, runtime: Runtime, share: float) -> list[float]:
    """Thresholds with the best F1 on the first halves together."""
    found = {}
    for name in ("goemotions", "smp2020_ewect"):
        texts = some([t for t in held_out(data, name) if t.emotion], int(EMOTION[name] * share))
        fit = np.array([in_first_half(t.text) for t in texts])
        logits = runtime.head("emotion", runtime.vectors([t.text for t in texts]))
        wanted = np.array([[np.nan if v is None else v for v in t.emotion] for t in texts])
        found[name] = 1 / (1 + np.exp(-logits[fit])), wanted[fit]
    thresholds = []
    for e in range(len(EMOTION_LABELS)):
        def score(t: float) -> float:
            each = []
            for name, (p, w) in found.items():
                known = ~np.isnan(w[:, e])
                if known.any():
                    each.append((2 if name == "goemotions" else 1) * f1(w[known, e] == 1, p[known, e] >= t))
            return sum(each)
        thresholds.append(float(max(np.arange(0.1, 0.8, 0.02), key=score)))
    return thresholds


def touchpoints(data: Path, runtime: Runtime, share: float) -> tuple[dict, list[dict]]:
    """Top-1 by cosine to each touchpoint's description (the mean of its wordings' unit vectors)."""
    out, scores, hits, off_scores = [], [], [], []
    off = runtime.touchpoint(runtime.vectors(off_topic(data, int(600 * share))))
    for dev in touchpoint_sets(data, share):
        labels = list(dev.wordings)
        said = runtime.touchpoint(runtime.vectors([w for k in labels for w in dev.wordings[k]]))
        texts = runtime.touchpoint(runtime.vectors([t.text for t in dev.texts]))
        row = {"set": dev.name, "unseen": dev.unseen, "n": len(texts), "labels": len(labels)}
        means = said.reshape(len(labels), -1, said.shape[1]).mean(1)
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        for kind, ends in (("en", said[0::2]), ("zh", said[1::2]), ("mean", means)):
            cosine = texts @ ends.T
            top = [labels[i] for i in cosine.argmax(1)]
            right = np.array([t in g for t, g in zip(top, dev.gold)])
            recall = {k: np.mean([t == k or t in g for t, g in zip(top, dev.gold) if k in g]) for k in labels if any(k in g for g in dev.gold)}
            single = {k: np.mean([t == k for t, g in zip(top, dev.gold) if g == {k}]) for k in labels if sum(g == {k} for g in dev.gold) >= 5}
            row[kind] = {"top1": right.mean(), "interval": wilson(int(right.sum()), len(right)), "macro_recall": np.mean(list(recall.values())),
                         "recall_single_label": single}
        majority = max(np.mean([k in g for g in dev.gold]) for k in labels)
        out.append(row | {"majority": majority})
        if not dev.unseen:
            scores.append((texts @ means.T, right, np.array([[k in g for k in labels] for g in dev.gold])))
            off_scores.append((off @ means.T).max(1))
    best = np.concatenate([s.max(1) for s, _, _ in scores])
    right = np.concatenate([r for _, r, _ in scores])
    off_best = np.concatenate(off_scores)
    # At most 5 % of on-topic texts go unassigned; off-topic ones should.
    threshold = float(np.percentile(best, 5))

    def nll(t: float) -> float:
        return float(np.mean([-np.log((softmax(s / t) * g).sum(1) + 1e-9).mean() for s, _, g in scores]))
    temperature = float(min(np.arange(0.02, 0.31, 0.005), key=nll))
    kept = best >= threshold
    rule = {"temperature": temperature, "unassigned_below": threshold, "precision_of_assigned": right[kept].mean(), "on_topic_assigned": kept.mean(),
            "off_topic_unassigned": (off_best < threshold).mean(), "off_topic_n": len(off)}
    return rule, out


def clauses(data: Path, runtime: Runtime, share: float) -> list[dict]:
    out = []
    for lang in ("zh", "en", "ja", "es"):
        texts, spans, labels = joined_clauses(data, lang, int(300 * share))
        logits = runtime.head("sentiment", runtime.vectors(texts, spans))
        given = np.where(logits[:, 2] >= logits[:, 0], 2, 0)
        right = given == np.array(labels)
        out.append({"language": lang, "n": len(right), "accuracy": right.mean(), "interval": wilson(int(right.sum()), len(right))})
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder of the training run")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument("--checkpoint", default="final.pt")
    parser.add_argument("--share", type=float, default=1.0, help="share of the dev texts, for a quick look")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    base = BaseWeights(args.base)
    model = load(base, args.work / args.checkpoint)
    export(model, base, args.tokenizer, args.out)
    export_onnx(model.encoder, args.work / "float.onnx", args.work / "int8.onnx")

    runtime = Runtime(args.out, args.work / "int8.onnx", args.threads)
    sets = [Sentiment(dev, runtime) for dev in sentiment_sets(args.data, args.share) if tuple(dev.name.split("/")) not in UNLEARNABLE]
    temperature = fit_temperature(sets)
    unsure_below = fit_unsure(sets, temperature)
    clause = clauses(args.data, runtime, args.share)
    thresholds = fit_emotions(args.data, runtime, args.share)
    rule, touchpoint = touchpoints(args.data, runtime, args.share)
    write_manifest(args.out, base.vocab, {
        "sentiment": {"temperature": round(temperature, 3), "unsure_below": round(unsure_below, 3)},
        "emotion": {"thresholds": round_all(thresholds, 2)},
        "touchpoint": {"temperature": round(rule["temperature"], 3), "unassigned_below": round(rule["unassigned_below"], 3),
                       "description": "the mean of the unit vectors of its wordings, made unit length again"},
    })
    results = {"temperature": temperature, "unsure_below": unsure_below, "thresholds": thresholds, "touchpoint_rule": rule,
               "touchpoint": touchpoint, "clauses": clause, "share": args.share}
    text = json.dumps(round_all(results), ensure_ascii=False, indent=1)
    (args.work / "calibration.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
