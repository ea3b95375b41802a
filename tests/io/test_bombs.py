"""What is small on disk and much in memory is refused before it is; so is what never ends."""

import json
import os
import resource
import struct
import subprocess
import sys
import zipfile
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import InvalidFile
from core.io import read
from core.io.pictures import read_pictures

pytest.importorskip("resource")


def zeros(path):
    rows = pa.array(np.zeros(80_000_000, np.float32))
    vectors = pa.FixedSizeListArray.from_arrays(rows, 1000)
    pq.write_table(pa.table({"vector": vectors}), path, compression="zstd")


def one_long_text(path):
    text = pa.DictionaryArray.from_arrays(np.zeros(20_000, np.int32), ["x" * 100_000])
    columns = {"text": text, "x_0": np.arange(20_000.0), "x_1": np.arange(20_000.0)}
    pq.write_table(pa.table(columns), path, compression="zstd")


def many_tensors(path):
    entry = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
    header = json.dumps({f"{at:x}": entry for at in range(300_000)}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)


def many_arrays(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for at in range(20):
            archive.writestr(f"{at}.npy", bytes(60 << 20))


BOMBS = {
    "zeros.parquet": zeros,
    "text.parquet": one_long_text,
    "many.safetensors": many_tensors,
    "many.npz": many_arrays,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_a_gigabyte(tmp_path, name):
    path = tmp_path / name
    BOMBS[name](path)
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom core.errors import InvalidFile\n"
        "from core.io import read\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    read(Path(sys.argv[1]))\n    print('opened')\n"
        "except InvalidFile as error:\n    print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    said, grown = done.stdout.strip().splitlines()
    assert said.startswith(f"{name!r} cannot be opened")
    assert int(grown) < 1e6  # kB


def test_texts_that_repeat_are_read_as_they_are(tmp_path):
    path = tmp_path / "labels.parquet"
    labels = ["cat", None, "dog"] * 4_000
    columns = {"label": labels, "v_0": np.arange(12_000.0), "v_1": np.arange(12_000.0)}
    pq.write_table(pa.table(columns), path, row_group_size=1000)
    opened = read(path)
    assert opened.vectors.shape == (12_000, 2)
    assert opened.items["label"][:3].astype(object).fillna("").tolist() == ["cat", "", "dog"]


def lying(path, *, stated):
    """An archive whose directory says that a picture is small, which unpacks to 300 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.png", bytes(300 << 20))
    content = bytearray(path.read_bytes())
    crc = zlib.crc32(bytes(stated))
    for start, at in ((0, 14), (content.rindex(b"PK\x01\x02"), 16)):
        struct.pack_into("<I", content, start + at, crc)
        struct.pack_into("<I", content, start + at + 8, stated)
    path.write_bytes(content)


@pytest.mark.slow
def test_a_directory_that_lies_gives_no_more_than_it_says(tmp_path):
    path = tmp_path / "lie.zip"
    lying(path, stated=1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (picture,) = read_pictures([path]).pictures
    assert len(picture.data()) == 1000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 2e5  # kB


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes and devices there")
def test_pipes_and_devices_are_refused(tmp_path):
    os.mkfifo(tmp_path / "endless.npy")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name in ("endless.npy", "zero.csv"):
        with pytest.raises(InvalidFile, match="it is a pipe or a device"):
            read(tmp_path / name)
