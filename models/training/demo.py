"""Holds the model's answers about the demo's mentions against the answers of a careful reader (`expect` in `config/demo/*.jsonl`).

Nothing is learned from these texts. Writes `WORK/demo.json`, agreement by language, and `OUT/demo.md`, every mention judged otherwise.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from evaluate import Moodline


def judged(opinions: list[dict], touchpoint: str | None) -> str | None:
    """The mood at a touchpoint: of its surest opinion."""
    here = [o["sentiment"] for o in opinions if (o["assignment"] or {}).get("touchpoint") == touchpoint]
    return max(here, key=lambda s: max(s["negative"], s["neutral"], s["positive"]))["label"] if here else None


def compare(program: Moodline, maps: Path, mentions: Path) -> list[dict]:
    """One row per mention: what was expected and what was found."""
    rows = [json.loads(line) for line in mentions.read_text(encoding="utf-8").splitlines()]
    asked = "".join(json.dumps({"id": r["id"], "text": r["text"], "lang": r["lang"]}) + "\n" for r in rows)
    answers = program.run("classify", "--quiet", "--map", str(maps / f"{mentions.stem}.toml"), given=asked)
    out = []
    for row, answer in zip(rows, map(json.loads, answers.splitlines()), strict=True):
        found = answer["opinions"]
        places = sorted({(o["assignment"] or {}).get("touchpoint") for o in found} - {None})
        out.append({"id": row["id"], "lang": row["lang"], "text": row["text"], "expect": row["expect"], "whole": answer["sentiment"]["label"],
                    "opinions": [[o["text"], o["sentiment"]["label"], (o["assignment"] or {}).get("touchpoint")] for o in found],
                    "touchpoints": places, "at": {e["touchpoint"]: judged(found, e["touchpoint"]) for e in row["expect"]}})
    return out


def summary(rows: list[dict]) -> dict:
    """Counts by language. `mood`: texts of one expected mood that get it as a whole; `opposite`: positive taken for negative or the
    other way round; `place`: expected touchpoints where an opinion lies; `both`: where it also has the mood expected there."""
    groups = defaultdict(list)
    for r in rows:
        for key in ("all", r["lang"]):
            groups[key].append(r)
    out = {}
    for lang, here in groups.items():
        single = [(r["whole"], r["expect"][0]["sentiment"]) for r in here if len({e["sentiment"] for e in r["expect"]}) == 1]
        wanted = [(r, e) for r in here for e in r["expect"] if e["touchpoint"]]
        out[lang] = {
            "mentions": len(here), "one_mood": len(single), "mood": sum(got == want for got, want in single),
            "opposite": sum({got, want} == {"positive", "negative"} for got, want in single),
            "moods": {want: dict(Counter(got for got, w in single if w == want)) for want in ("positive", "neutral", "negative")},
            "places": len(wanted), "place": sum(e["touchpoint"] in r["touchpoints"] for r, e in wanted),
            "both": sum(r["at"][e["touchpoint"]] == e["sentiment"] for r, e in wanted)}
    return out


def disagreements(rows: list[dict]) -> list[tuple[dict, str, str]]:
    """Mentions that a careful reader judges otherwise: what the reader says, what the model says."""
    out = []
    for r in rows:
        wrong = [e for e in r["expect"] if r["at"].get(e["touchpoint"]) != e["sentiment"]]
        if wrong or not r["expect"]:
            reader = ", ".join(f"{e['touchpoint'] or 'no touchpoint'} {e['sentiment']}" for e in r["expect"]) or "no opinion"
            model = ", ".join(dict.fromkeys(f"{place or 'unassigned'} {mood}" for _, mood, place in r["opinions"])) or "no opinion"
            if wrong or model != "no opinion" and r["touchpoints"]:
                out.append((r, reader, model))
    return out


def listed(name: str, rows: list[dict]) -> str:
    """The list as a page of the model folder."""
    parts = [f"# Where {name} and a careful reader disagree about the demo", "",
             "Every mention of `config/demo` of which an expected touchpoint has no opinion or one of another mood; written by `models/training/demo.py`. *unassigned*: no",
             "touchpoint was near enough; *mixed*, *unsure*: see the card. Nothing was learned from these texts."]
    for lang in dict.fromkeys(r["lang"] for r in rows):
        here = [r for r in rows if r["lang"] == lang]
        found = disagreements(here)
        parts += ["", f"## {lang}: {len(found)} of {len(here)}", "", "| mention | text | reader | model |", "|---|---|---|---|"]
        for r, reader, model in found:
            text = r["text"].replace("|", "\\|").replace("\n", " ")
            parts.append(f"| {r['id']} | {text} | {reader} | {model} |")
    return "\n".join(parts) + "\n"


def ask(program: Path, folder: Path, config: Path) -> list[dict]:
    model = Moodline(program, folder)
    return [r for path in sorted((config / "demo").glob("*.jsonl")) for r in compare(model, config / "maps", path)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).parents[2] / "config", help="folder with demo/ and maps/")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="model folder")
    parser.add_argument("--before", type=Path, help="an earlier model folder, to show beside it")
    parser.add_argument("--moodline", type=Path, required=True, help="the program")
    args = parser.parse_args()
    rows = ask(args.moodline, args.out, args.config)
    (args.out / "demo.md").write_text(listed(args.out.name, rows), encoding="utf-8")
    found = {"summary": summary(rows)}
    if args.before:
        found |= {"before": args.before.name, "summary_before": summary(ask(args.moodline, args.before, args.config))}
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (args.work / "demo.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
