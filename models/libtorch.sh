#!/usr/bin/env bash
# libtorch for `--features rust-bert`, from PyPI alone: x86-64 Linux, calculates on the CPU. Needs Python with pip, and gcc.
# Usage: bash models/libtorch.sh [FOLDER]        fetches 0.8 GB into FOLDER (target/libtorch unless given), keeps 0.6
#        source FOLDER/env                       then build, test and run in the same shell
# Where PyTorch's own site can be reached, `--features download-libtorch` needs none of this, and there is CUDA, too.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="$(realpath -m "${1:-target/libtorch}")"
wheels="$(mktemp -d)"
trap 'rm -rf "$wheels"' EXIT
mkdir -p "$folder/lib"

# The version that tch 0.17 binds; its libtorch_cpu.so also wants two of CUDA's small libraries, which are never called.
python3 -m pip download --no-deps --only-binary :all: --python-version 3.11 --platform manylinux1_x86_64 -d "$wheels" torch==2.4.0
python3 -m pip download --no-deps --only-binary :all: --platform manylinux1_x86_64 -d "$wheels" \
  nvidia-cuda-runtime-cu12==12.1.105 nvidia-cuda-cupti-cu12==12.1.105

python3 - "$wheels" "$folder" <<'PYTHON'
import shutil, sys, zipfile
from pathlib import Path

wheels, folder = Path(sys.argv[1]), Path(sys.argv[2])
LIBRARIES = ("libtorch_cpu.so", "libc10.so", "libgomp-", "libcudart.so.12", "libcupti.so.12")
for wheel in wheels.glob("*.whl"):
    with zipfile.ZipFile(wheel) as content:
        for entry in content.infolist():
            path = Path(entry.filename)
            if entry.is_dir():
                continue
            if path.parts[:2] == ("torch", "include"):
                target = folder / Path(*path.parts[1:])
            elif path.parent.name == "lib" and path.name.startswith(LIBRARIES):
                target = folder / "lib" / path.name
            else:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with content.open(entry) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out)
PYTHON

# What tch links against is libtorch.so, a shell around these in the original, too.
gcc -shared -o "$folder/lib/libtorch.so" -Wl,--no-as-needed -L"$folder/lib" -ltorch_cpu -lc10 '-Wl,-rpath,$ORIGIN' \
  -Wl,--unresolved-symbols=ignore-all
cat > "$folder/env" <<EOF
export LIBTORCH="$folder" LIBTORCH_CXX11_ABI=0
export LD_LIBRARY_PATH="$folder/lib\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
EOF
echo "source $folder/env"
echo "cargo test -p moodline-model --features rust-bert"
