"""Measures a model folder through the `moodline` program, as the service runs it, and writes `figures.json` for the card.

First the self-test of the manifest is filled with what the float encoder in Python answers, and the program has to agree.
Then its answers to some held-out texts are held against that encoder; last, all of those texts go to `WORK/dev` as JSON Lines and through `moodline eval`.
"""

import argparse
import json
import os
import subprocess
from pathlib import Path

import numpy as np

from devsets import EMOTION as EMOTION_SETS
from devsets import SENTIMENT, UNSEEN_SENTIMENT, held_out, in_first_half, sentiment_sets, some, traditional
from encoder import EMOTION as EMOTION_LABELS
from encoder import SENTIMENT as LABELS
from figures import macro_f1, wilson
from manifest import SELF_TEST, write_self_test
from runtime import Runtime, softmax
from sets import Text

MOST = 6000  # texts of a set and language that are measured
TRADITIONAL = 1500  # of shopping_zh, turned into Traditional script
# How many texts of each set are held against the float encoder.
COMPARED = {"shopping_zh": 150, "takeaway_zh": 150, "chnsenticorp": 150, "sst2": 150, "semeval2017_tweets": 150}
COMPARED_ELSE = 40


class Moodline:
    """The program with the model of one folder."""

    def __init__(self, program: Path, folder: Path):
        self.program, self.env = str(program.resolve()), os.environ | {"MOODLINE_MODEL": str(folder.resolve())}

    def run(self, *args: str, given: str = "") -> str:
        done = subprocess.run([self.program, *args], input=given, env=self.env, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
        return done.stdout

    def classify(self, texts: list[str]) -> np.ndarray:
        """Probabilities of the whole texts, in four decimals."""
        answers = self.run("classify", "--quiet", given="".join(json.dumps({"text": t}) + "\n" for t in texts))
        return np.array([[row["sentiment"][label] for label in LABELS] for row in map(json.loads, answers.splitlines())])

    def eval(self, files: list[Path], *options: str) -> dict:
        return json.loads(self.run("eval", "--quiet", "--format", "json", *options, *map(str, files)))["models"][0]


def write_lines(path: Path, rows: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def sentiment_file(folder: Path, name: str, texts: list[Text]) -> Path:
    rows = [{"text": t.text, "label": LABELS[t.sentiment], "lang": t.lang, "source": name} for t in texts]
    return write_lines(folder / f"{file_name(name)}.jsonl", rows)


def emotion_file(folder: Path, name: str, texts: list[Text]) -> Path:
    """Texts that show none of the seven emotions, nor neutral, are left out."""
    shown = [(t, [e for e, here in zip(EMOTION_LABELS, t.emotion) if here]) for t in texts]
    rows = [{"text": t.text, "label": labels, "lang": t.lang, "source": name} for t, labels in shown if labels]
    return write_lines(folder / f"{file_name(name)}.jsonl", rows)


def file_name(name: str) -> str:
    return name.replace("/", ".").replace(" ", "_")


def write_dev(data: Path, folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """Files of the trained sets, of the unseen sets and of emotions. Sets of several languages come apart by language."""
    both = []
    for table, part in ((SENTIMENT, "trained"), (UNSEEN_SENTIMENT, "unseen")):
        files = []
        for name in table:
            texts = [t for t in held_out(data, name) if t.sentiment is not None]
            langs = sorted({t.lang for t in texts})
            for lang in langs:
                here = some([t for t in texts if t.lang == lang], MOST)
                files.append(sentiment_file(folder / part, f"{name}/{lang}" if len(langs) > 1 else name, here))
                if name == "shopping_zh":
                    files.append(sentiment_file(folder / part, f"{name} in Traditional script", traditional(here[:TRADITIONAL])))
        both.append(files)
    emotions = []
    for name in EMOTION_SETS:  # the half that the thresholds were not fitted on
        texts = [t for t in held_out(data, name) if t.emotion and not in_first_half(t.text)]
        emotions.append(emotion_file(folder / "emotion", name, texts))
        if name == "smp2020_ewect":
            emotions.append(emotion_file(folder / "emotion", f"{name} usual", [t for t in texts if t.domain == "usual"]))
    return both[0], both[1], emotions


def against_float(data: Path, program: Moodline, reference: Runtime, temperature: float) -> dict:
    """The shipped int8 encoder through the program against the float one, whole texts of at most 256 tokens."""
    sets = [(s, s.texts[: COMPARED.get(s.name, COMPARED_ELSE)]) for s in sentiment_sets(data)]
    rows = [(s, t) for s, texts in sets for t in texts]
    fits = [len(ids) < 256 for ids, _ in reference.tokens.encode([t.text for _, t in rows])]
    rows = [row for row, short in zip(rows, fits) if short]
    texts = [t.text for _, t in rows]
    wanted = np.array([t.sentiment for _, t in rows])
    two_way = np.array([s.two_way for s, _ in rows])
    given = {"float": softmax(reference.head("sentiment", reference.vectors(texts)) / temperature), "int8": program.classify(texts)}
    answers = {name: np.where(two_way, np.where(p[:, 2] >= p[:, 0], 2, 0), p.argmax(1)) for name, p in given.items()}
    right = {name: a == wanted for name, a in answers.items()}
    lost = right["float"].astype(float) - right["int8"]
    half = 1.96 * lost.std() / len(lost) ** 0.5
    away = np.abs(given["float"] - given["int8"])
    same = answers["float"] == answers["int8"]
    return {"n": len(rows), "accuracy": {name: float(r.mean()) for name, r in right.items()},
            "macro_f1": {name: macro_f1(wanted[~two_way], a[~two_way], [0, 1, 2]) for name, a in answers.items()},
            "lost": float(lost.mean()), "lost_interval": [float(lost.mean() - half), float(lost.mean() + half)],
            "same_answer": float(same.mean()), "same_interval": wilson(int(same.sum()), len(same)),
            "mean_difference": float(away.mean()), "largest_difference": float(away.max()),
            "within_0.05": float((away.max(1) <= 0.05).mean())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder with what calibrate.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="model folder")
    parser.add_argument("--moodline", type=Path, required=True, help="the program, a release build")
    parser.add_argument("--threads", type=int, default=2, help="of the float encoder")
    args = parser.parse_args()
    program = Moodline(args.moodline, args.out)

    temperature = json.loads((args.out / "manifest.json").read_text(encoding="utf-8"))["sentiment"]["temperature"]
    reference = Runtime(args.out, args.work / "float.onnx", args.threads)
    # Not the program's own answers: those differ a little from kernel to kernel.
    answers = softmax(reference.head("sentiment", reference.vectors(SELF_TEST)) / temperature).astype(float).round(4)
    write_self_test(args.out, [{"text": t, **dict(zip(LABELS, p.tolist()))} for t, p in zip(SELF_TEST, answers)])
    rounding = against_float(args.data, program, reference, temperature)
    print(json.dumps(rounding), flush=True)
    trained, unseen, emotions = write_dev(args.data, args.work / "dev")
    figures = {"trained": program.eval(trained)["sentiment"], "unseen": program.eval(unseen)["sentiment"],
               "emotion": program.eval(emotions, "--label-is", "emotion")["emotion"]["sources"], "rounding": rounding}
    (args.work / "figures.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
