"""Measures our engine beside ONNX Runtime, OpenVINO, PyTorch, rten and rust-bert: the same weights and texts, in turn, in
one run.

    pip install -r benches/compare/requirements.txt
    bash models/libtorch.sh && source target/libtorch/env # for rust-bert, which is left out without it
    python benches/compare/compare.py --texts FILE        # one a line, or JSON Lines with `text`, also gzipped

Everything starts from word embeddings and ends with contextual vectors, so that only encoders are compared. Texts are sorted
by length; the others get batches of 32, padded, which is their best here. Each round runs every engine once; the best
round counts, so that a disturbance hits one of them at most. `Δp` and `same label` compare the sentiment head's
probabilities with those of single precision on the shipped (int8) weights.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models" / "training"))

from base import BLOCK_BYTES, dequantise  # noqa: E402
from encoder import FFN, HEADS, HIDDEN, LAYERS, POSITIONS, Encoder  # noqa: E402
from runtime import export_onnx, softmax  # noqa: E402
from tokens import Tokens  # noqa: E402

BATCH = 32
PROFILE = os.environ.get("PROFILE", "release")


class Work:
    """Texts as every engine gets them, sorted by length: vectors one after another, and padded batches."""

    def __init__(self, model: Path, texts: list[str]):
        rows = Tokens(model / "tokenizer.json").encode(texts)
        rows = sorted(rows, key=lambda row: len(row[0]))
        table = np.memmap(model / "embeddings.q4", dtype=np.uint8, mode="r").reshape(-1, HIDDEN // 32 * BLOCK_BYTES)
        self.ids = [ids for ids, _ in rows]
        self.spans = [spans[0] for _, spans in rows]
        self.lengths = np.array([len(ids) for ids in self.ids])
        unique, back = np.unique(np.concatenate(self.ids), return_inverse=True)
        self.vectors = dequantise(table[unique].reshape(-1)).reshape(-1, HIDDEN)[back]
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)])
        self.batches = [self.padded(range(at, min(at + BATCH, len(rows)))) for at in range(0, len(rows), BATCH)]
        short = [i for i, length in enumerate(self.lengths) if length <= 24] or [0]
        self.singles = [(i, self.padded([i])) for i in short[:: max(1, len(short) // 64)]]

    def padded(self, texts) -> tuple[np.ndarray, np.ndarray]:
        longest = max(self.lengths[i] for i in texts)
        vectors = np.zeros((len(texts), longest, HIDDEN), dtype=np.float32)
        mask = np.zeros((len(texts), longest), dtype=np.int64)
        for row, i in enumerate(texts):
            vectors[row, : self.lengths[i]] = self.vectors[self.starts[i] : self.starts[i + 1]]
            mask[row, : self.lengths[i]] = 1
        return vectors, mask

    def means(self, hidden: np.ndarray) -> np.ndarray:
        """The mean over each text's own tokens, of vectors laid out as `vectors`."""
        return np.stack([hidden[s + max(a, 0) : s + max(b, a + 1)].mean(0) for s, (a, b) in zip(self.starts, self.spans)])


class Padded:
    """Somebody else's engine: a function from a padded batch to hidden rows."""

    def __init__(self, name: str, work: Work, run):
        self.name, self.work, self.run = name, work, run

    def all(self) -> float:
        began = time.perf_counter()
        for vectors, mask in self.work.batches:
            self.run(vectors, mask)
        return time.perf_counter() - began

    def one(self, i: int) -> float:
        vectors, mask = self.work.singles[i][1]
        began = time.perf_counter()
        self.run(vectors, mask)
        return time.perf_counter() - began

    def hidden(self) -> np.ndarray:
        found = [np.asarray(self.run(*batch))[batch[1] == 1] for batch in self.work.batches]
        return np.concatenate(found)


class Program:
    """An engine in a process of its own: one of our kernels, or another crate's engine."""

    def __init__(self, name: str, work: Work, folder: Path, program: Path, *arguments):
        self.name, self.work, self.folder = name, work, folder
        arguments = [program, *arguments, folder / "lengths", folder / "vectors"]
        self.process = subprocess.Popen(list(map(str, arguments)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line: str) -> float:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def all(self) -> float:
        return self.ask("all")

    def one(self, i: int) -> float:
        return self.ask(f"one {self.work.singles[i][0]}")

    def hidden(self) -> np.ndarray:
        out = self.folder / "hidden"
        self.ask(f"write {out}")
        return np.fromfile(out, dtype="<f4").reshape(-1, HIDDEN)


def built(*arguments: str) -> Path:
    """The folder of what cargo has built, without a word where that goes well."""
    profile = ["--profile", PROFILE]
    subprocess.run(["cargo", "build", "-q", *profile, *arguments], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / ("debug" if PROFILE == "dev" else PROFILE)


def kernels() -> list[str]:
    """Those of this processor."""
    flags = Path("/proc/cpuinfo").read_text()
    needs = {"amx": "amx_int8", "avx512": "avx512_vnni", "avxvnni": "avx_vnni", "avx2": "avx2"}
    return [kernel for kernel, flag in needs.items() if flag in flags] + ["portable"]


def others(work: Work, model: Path, threads: int, folder: Path, only_exact: bool) -> list[Padded]:
    """Single precision first: it is what answers are compared with."""
    torch.set_num_threads(threads)
    encoder = Encoder().eval()
    encoder.load_shipped(model)
    engines = []

    def torch_run(kind: torch.dtype):
        def run(vectors, mask):
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=kind == torch.bfloat16):
                return encoder(torch.from_numpy(vectors), torch.from_numpy(mask)).float().numpy()
        return run

    engines.append(Padded("PyTorch fp32", work, torch_run(torch.float32)))
    if only_exact:
        return engines
    engines.append(Padded("PyTorch bf16", work, torch_run(torch.bfloat16)))
    float_file, int8_file = folder / "float.onnx", folder / "int8.onnx"
    export_onnx(encoder, float_file, int8_file)
    for name, file in (("fp32", float_file), ("int8", int8_file)):
        for count in range(1, threads + 1):
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = count
            session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            engines.append(Padded(
                f"ONNX Runtime {name}, {count} thread{'s' * (count > 1)}", work,
                lambda vectors, mask, session=session: session.run(None, {"embeddings": vectors, "attention_mask": mask})[0]))
    try:
        import openvino
    except ImportError:
        print("OpenVINO is not installed and left out", file=sys.stderr)
        return engines
    core = openvino.Core()
    for name, kind in (("fp32", "f32"), ("bf16", "bf16")):
        compiled = core.compile_model(
            core.read_model(float_file), "CPU",
            {"INFERENCE_PRECISION_HINT": kind, "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"})
        engines.append(Padded(
            f"OpenVINO {name}", work,
            lambda vectors, mask, compiled=compiled: compiled({"embeddings": vectors, "attention_mask": mask})[0]))
    return engines


def as_bert(encoder: Encoder, folder: Path) -> Path:
    """The encoder as Hugging Face lays out a BERT. Its words are none of it: everybody is given their vectors."""
    folder.mkdir()
    tensors = {
        "embeddings.word_embeddings.weight": torch.zeros(2, HIDDEN),
        "embeddings.token_type_embeddings.weight": torch.zeros(1, HIDDEN),
        "embeddings.position_embeddings.weight": encoder.position,
        "embeddings.LayerNorm.weight": encoder.norm.weight,
        "embeddings.LayerNorm.bias": encoder.norm.bias,
    }
    for i, layer in enumerate(encoder.layers):
        for kind in ("weight", "bias"):
            parts = getattr(layer.qkv, kind).split(HIDDEN)
            names = dict(zip(("attention.self.query", "attention.self.key", "attention.self.value"), parts))
            names |= {"attention.output.dense": getattr(layer.out, kind), "intermediate.dense": getattr(layer.up, kind),
                      "output.dense": getattr(layer.down, kind), "output.LayerNorm": getattr(layer.output_norm, kind),
                      "attention.output.LayerNorm": getattr(layer.attention_norm, kind)}
            tensors |= {f"encoder.layer.{i}.{name}.{kind}": value for name, value in names.items()}
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({
        "hidden_act": "gelu", "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0, "hidden_size": HIDDEN,
        "initializer_range": 0.02, "intermediate_size": FFN, "max_position_embeddings": POSITIONS,
        "num_attention_heads": HEADS, "num_hidden_layers": LAYERS, "type_vocab_size": 1, "vocab_size": 2}))
    return folder


def other_crates(work: Work, model: Path, threads: int, folder: Path) -> list[Program]:
    """rten on the ONNX files of `others`, and rust-bert where there is a libtorch."""
    manifest = ["--manifest-path", "benches/compare/others/Cargo.toml", "--target-dir", "target/compare"]
    features = ["rten", "rust-bert"] if "LIBTORCH" in os.environ else ["rten"]
    built(*manifest, "--features", ",".join(features))
    program = ROOT / "target" / "compare" / ("debug" if PROFILE == "dev" else PROFILE) / "others"
    engines = [Program(f"rten {kind}", work, folder, program, "rten", folder / file, threads)
               for kind, file in (("fp32", "float.onnx"), ("int8", "int8.onnx"))]
    if "rust-bert" not in features:
        print("LIBTORCH is not set, and rust-bert left out", file=sys.stderr)
        return engines
    encoder = Encoder().eval()
    encoder.load_shipped(model)
    bert = as_bert(encoder, folder / "bert")
    return engines + [Program(f"rust-bert {kind}", work, folder, program, name, bert, threads)
                      for kind, name in (("fp32", "rust-bert"), ("bf16", "rust-bert-bf16"))]


def read_texts(file: Path) -> list[str]:
    with (gzip.open(file, "rt") if file.suffix == ".gz" else file.open()) as lines:
        found = []
        for line in lines:
            row = json.loads(line) if line.startswith("{") else line.strip()
            text = row.get("text") if isinstance(row, dict) else row
            if text:
                found.append(text)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--texts", type=Path, nargs="+", default=sorted((ROOT / "config" / "demo").glob("*.jsonl")))
    arguments.add_argument("--count", type=int, default=1024, help="texts taken, evenly over all files")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--model", type=Path, default=ROOT / "models" / "moodline-e5-small-2")
    arguments.add_argument("--kernels", nargs="+", default=None, help="ours to run; all this processor has unless given")
    arguments.add_argument("--only-ours", action="store_true", help="compare answers with single precision only")
    options = arguments.parse_args()

    encode = built("-p", "moodline-engine", "--example", "encode") / "examples" / "encode"
    texts = [text for file in options.texts for text in read_texts(file)]
    texts = texts[:: max(1, len(texts) // options.count)][: options.count]
    work = Work(options.model, texts)
    heads = load_file(options.model / "heads.safetensors")
    temperature = json.loads((options.model / "manifest.json").read_text())["sentiment"]["temperature"]

    def probabilities(engine) -> np.ndarray:
        logits = work.means(engine.hidden()) @ heads["sentiment.weight"].T + heads["sentiment.bias"]
        return softmax(logits / temperature)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work.lengths.astype("<u4").tofile(folder / "lengths")
        work.vectors.astype("<f4").tofile(folder / "vectors")
        theirs = others(work, options.model, options.threads, folder, options.only_ours)
        if not options.only_ours:
            theirs += other_crates(work, options.model, options.threads, folder)
        weights = options.model / "encoder.safetensors"
        ours = [Program(f"moodline {kernel}", work, folder, encode, weights, kernel, options.threads)
                for kernel in options.kernels or kernels()]
        engines = ours + theirs
        answers = [probabilities(engine) for engine in engines]  # and everybody is warm
        exact = answers[len(ours)]
        best = [float("inf")] * len(engines)
        for _ in range(0 if options.only_ours else options.rounds):
            for i, engine in enumerate(engines):
                best[i] = min(best[i], engine.all())
        alone = [[1000 * engine.one(i) for i in range(len(work.singles))] for engine in engines]

    measure = min((s for s, e in zip(best, engines) if "Runtime int8" in e.name), default=float("nan"))
    print(f"{len(texts)} texts, {work.lengths.mean():.1f} tokens each, {options.threads} threads\n")
    print("| engine | texts/s | against ONNX Runtime int8 | one short text, ms (median, p95) | mean Δp | same label |")
    print("|---|---|---|---|---|---|")
    for engine, seconds, times, found in zip(engines, best, alone, answers):
        times.sort()
        same = (found.argmax(1) == exact.argmax(1)).mean()
        speed = "– | –" if options.only_ours else f"{len(texts) / seconds:.0f} | {measure / seconds:.2f}×"
        print(f"| {engine.name} | {speed} "
              f"| {statistics.median(times):.2f}, {times[int(0.95 * (len(times) - 1))]:.2f} "
              f"| {np.abs(found - exact).mean():.4f} | {100 * same:.2f} % |")


if __name__ == "__main__":
    main()
