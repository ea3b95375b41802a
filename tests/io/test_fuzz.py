"""Ten thousand damaged files of all formats: spaces and refusals, and nothing else."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

N_FILES = 10_000
MOST_BYTES = 3 << 30  # of address space, beyond what is loaded before the first file
SECONDS = 600  # what hangs, on a machine that does much else

PROGRAM = """
import contextlib, json, resource, sys, warnings
from pathlib import Path
import numpy as np
from core.errors import ExplorerError
from core.io import BAD_ROWS, read_many, space_of

warnings.simplefilter("error")
good, folder, first, count, most = json.loads(sys.argv[1])
good = {name: bytes.fromhex(content) for name, content in good.items()}
names, seen = list(good), {"spaces": 0, "refusals": 0}
for name in names:  # what is loaded on first use is loaded
    path = Path(folder) / name
    path.write_bytes(good[name])
    with contextlib.suppress(ExplorerError):
        read_many([path])
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + most, taken + most))
TOKENS = [b'"', b",", b"\\t", b"\\n", b"\\r", b"nan", b"1e999", b"[", b"]", b"{", b"}", b"#",
          b"\\xff", b"\\x00", b"9" * 40, b"\\xed\\xa0\\x80", b"\\\\ud800", b"null", b":", b";",
          b" ", b"-", b"_"]

def damaged(content, rng):
    raw = bytearray(content)
    for _ in range(rng.integers(1, 6)):
        at = int(rng.integers(0, len(raw) + 1)) if raw else 0
        match rng.integers(0, 6):
            case 0: raw[at : at + 1] = bytes([rng.integers(256)])
            case 1: raw[at:at] = TOKENS[rng.integers(len(TOKENS))]
            case 2: del raw[at : at + int(rng.integers(1, 40))]
            case 3: del raw[at:]
            case 4: raw[at:at] = raw[: int(rng.integers(0, 80))]
            case 5: raw[at : at + 4] = bytes(rng.integers(0, 256, 4, dtype=np.uint8))
    return bytes(raw)

for seed in range(first, first + count):
    rng = np.random.default_rng(seed)
    name, other = names[seed % len(names)], names[rng.integers(len(names))]
    suffix = name.partition(".")[2]
    if rng.random() < 0.05:
        suffix = other.partition(".")[2]
    path = Path(folder) / f"damaged.{suffix}"
    path.write_bytes(damaged(good[name], rng))
    paths = [path]
    if rng.random() < 0.1:
        paths.append(Path(folder) / other)
    try:
        for opened in read_many(paths, limit_bytes=1 << 28):
            opened.items.to_dict("list")
            space = space_of(opened, drop=BAD_ROWS)
            assert space.fingerprint and list(map(space.values, space.roles)) is not None
            seen["spaces"] += 1
    except ExplorerError:
        seen["refusals"] += 1
    except BaseException:
        print(f"seed {seed}: {path.name}", file=sys.stderr)
        raise
print(json.dumps(seen))
"""


def good_files(folder: Path) -> dict[str, str]:
    """One good file of every format, by its name."""
    import gzip  # noqa: PLC0415

    import faiss  # noqa: PLC0415
    import h5py  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    import torch  # noqa: PLC0415
    from safetensors.numpy import save  # noqa: PLC0415

    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 5)).astype(np.float32)
    names = [f"word{i}" for i in range(12)]
    text = [f'it is "item" {i}, or\nnot' for i in range(12)]
    table = pd.DataFrame({"label": ["a", "b"] * 6, "text": text, "emb": list(x)})
    wide = pd.DataFrame(x, columns=list("pqrst")).assign(text=text, n=range(12))
    words = "".join(f"{n} {' '.join(map(str, r))}\n" for n, r in zip(names, x, strict=True))
    records = json.loads(table.to_json(orient="records"))
    index = faiss.IndexIDMap(faiss.IndexFlatIP(5))
    index.add_with_ids(x, np.arange(12))
    faiss.write_index(index, str(folder / "a.index"))
    with h5py.File(folder / "a.h5", "w") as file:
        file["emb"], file["text"], file["label"] = x, text, [0, 1] * 6
    torch.save([{"id": n, "emb": torch.tensor(r)} for n, r in zip(names, x, strict=True)],
               folder / "a.pt")  # fmt: skip
    streams = {name: io.BytesIO() for name in ("a.npy", "a.npz", "b.npz", "a.parquet", "a.feather")}
    np.save(streams["a.npy"], x)
    np.savez(streams["a.npz"], train=x, test=x, train_labels=names, test_labels=names)
    np.savez_compressed(streams["b.npz"], emb=x, when=np.arange(12).astype("M8[s]"), names=names)
    table.to_parquet(streams["a.parquet"])
    table.to_feather(streams["a.feather"])
    contents = {
        **{name: stream.getvalue() for name, stream in streams.items()},
        **{name: (folder / name).read_bytes() for name in ("a.index", "a.h5", "a.pt")},
        "a.safetensors": save({"emb": x, "bits": np.arange(24, dtype=np.uint8).reshape(12, 2)}),
        "a.bin": b"12 5\n" + b"".join(
            n.encode() + b" " + r.tobytes() for n, r in zip(names, x, strict=True)
        ),
        **{name: said.encode() for name, said in {
            "a.csv": wide.to_csv(), "b.csv": table.to_csv(index=False),
            "a.tsv": wide.to_csv(sep="\t", index=False), "b.tsv": "\n".join(names),
            "a.json": json.dumps({"result": {"points": [
                {"id": i, "vector": r["emb"], "payload": {"t": r["text"]}}
                for i, r in enumerate(records)]}}),
            "b.json": json.dumps(records), "c.json": json.dumps(x.tolist()),
            "a.jsonl": table.to_json(orient="records", lines=True),
            "a.txt": words, "a.vec": f"12 5\n{words}",
        }.items()},
    }  # fmt: skip
    contents["a.csv.gz"] = gzip.compress(contents["a.csv"])
    return {name: content.hex() for name, content in contents.items()}


@pytest.mark.slow
def test_ten_thousand_damaged_files_are_spaces_or_refusals(tmp_path):
    pytest.importorskip("torch")
    made = tmp_path / "made"
    made.mkdir()
    good = good_files(made)
    n_jobs = 2
    folders = [tmp_path / str(job) for job in range(n_jobs)]
    running = []
    for job, folder in enumerate(folders):
        folder.mkdir()
        share = N_FILES // n_jobs
        asked = json.dumps([good, str(folder), job * share, share, MOST_BYTES])
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        running.append(subprocess.Popen(
            [sys.executable, "-c", PROGRAM, asked], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=environment,
        ))  # fmt: skip
    for process in running:
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            for one in running:
                one.kill()
            raise
        assert process.returncode == 0, err[-3000:]
        seen = json.loads(out)
        assert seen["spaces"] > 500 and seen["refusals"] > 500
