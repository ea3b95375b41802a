"""Whatever bytes a file holds, it is a space or a sentence: nothing else, and nothing hangs."""

import json
import pickle
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather

from core.errors import InvalidFile, InvalidSpace
from core.io import BAD_ROWS, read, space_of
from core.io.formats import FORMATS

VECTORS = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
LABELS = ["cat", "dog"] * 6
LIMIT = 1 << 26
SHARED_FOLDER = [HealthCheck.function_scoped_fixture]  # each example writes its file anew
FEW = settings(max_examples=8, deadline=None, suppress_health_check=SHARED_FOLDER)
SOME = settings(max_examples=20, deadline=None, suppress_health_check=SHARED_FOLDER)


def table() -> pd.DataFrame:
    return pd.DataFrame({"label": LABELS, "emb": list(VECTORS)})


def as_lines() -> str:
    rows = zip(LABELS, VECTORS.tolist(), strict=True)
    return "".join(f"{json.dumps({'label': name, 'emb': row})}\n" for name, row in rows)


def as_words() -> str:
    rows = zip(LABELS, VECTORS, strict=True)
    return "12 4\n" + "".join(f"{name} {' '.join(map(str, row))}\n" for name, row in rows)


def write_safetensors(path):
    header = {"emb": {"dtype": "F32", "shape": [12, 4], "data_offsets": [0, 192]}}
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + VECTORS.tobytes())


def write_words(path):
    rows = zip(LABELS, VECTORS, strict=True)
    path.write_bytes(b"12 4\n" + b"".join(n.encode() + b" " + v.tobytes() for n, v in rows))


def write_torch(path):
    torch = pytest.importorskip("torch")
    torch.save({"emb": torch.tensor(VECTORS), "label": LABELS}, path)


def write_json(path):
    path.write_text(json.dumps([json.loads(line) for line in as_lines().splitlines()]))


WRITERS = {
    ".npy": lambda path: np.save(path, VECTORS),
    ".npz": lambda path: np.savez_compressed(path, emb=VECTORS, label=LABELS),
    ".parquet": lambda path: table().to_parquet(path),
    ".feather": lambda path: feather.write_feather(table(), path),
    ".csv": lambda path: pd.DataFrame(VECTORS).assign(label=LABELS).to_csv(path),
    ".tsv": lambda path: table().to_csv(path, sep="\t"),
    ".jsonl": lambda path: path.write_text(as_lines()),
    ".json": write_json,
    ".vec": lambda path: path.write_text(as_words()),
    ".bin": write_words,
    ".safetensors": write_safetensors,
    ".pt": write_torch,
}


@cache
def good(suffix: str) -> bytes:
    """What a good file of a format holds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"good{suffix}"
        WRITERS[suffix](path)
        return path.read_bytes()


def is_a_space_or_a_sentence(path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        opened = read(path, limit_bytes=LIMIT)
    except InvalidFile:
        return
    assert opened.vectors.dtype == np.float32 and opened.vectors.ndim == 2
    assert len(opened.vectors) == len(opened.items)
    assert not opened.vectors.flags.writeable
    assert isinstance(opened.items.index, pd.RangeIndex)
    assert set(opened.roles.values()) <= set(opened.items)
    try:
        space = space_of(opened, drop=BAD_ROWS)
    except InvalidSpace:
        return
    assert space.fingerprint and all(space.values(role) is not None for role in space.roles)


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_good_file_is_a_space(tmp_path, suffix):
    path = tmp_path / f"good{suffix}"
    path.write_bytes(good(suffix))
    np.testing.assert_allclose(read(path).vectors, VECTORS, rtol=1e-6)


@pytest.mark.parametrize("suffix", WRITERS)
@given(data=st.data())
@FEW
def test_a_file_cut_off_anywhere_is_a_space_or_a_sentence(tmp_path, suffix, data):
    end = data.draw(st.integers(0, len(good(suffix)) - 1))
    is_a_space_or_a_sentence(tmp_path / f"cut{suffix}", good(suffix)[:end])


@pytest.mark.parametrize("suffix", WRITERS)
@given(data=st.data())
@SOME
def test_a_file_with_changed_bytes_is_a_space_or_a_sentence(tmp_path, suffix, data):
    content = bytearray(good(suffix))
    places = st.integers(0, len(content) - 1) | st.integers(0, min(200, len(content) - 1))
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    is_a_space_or_a_sentence(tmp_path / f"changed{suffix}", bytes(content))


@pytest.mark.parametrize("suffix", FORMATS)
@given(content=st.binary(max_size=300))
@FEW
def test_any_bytes_are_a_space_or_a_sentence(tmp_path, suffix, content):
    is_a_space_or_a_sentence(tmp_path / f"any{suffix}", content)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".vec", ".json", ".jsonl"])
@given(content=st.text("0123456789.,;- \t\n\r\"'[]{}:aeinfxy", max_size=120))
@SOME
def test_any_text_is_a_space_or_a_sentence(tmp_path, suffix, content):
    is_a_space_or_a_sentence(tmp_path / f"any{suffix}", content.encode())


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("other", WRITERS)
def test_another_format_under_a_suffix_is_a_space_or_a_sentence(tmp_path, suffix, other):
    is_a_space_or_a_sentence(tmp_path / f"other{suffix}", good(other))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_pickle_under_any_suffix_is_refused(tmp_path, suffix, protocol):
    path = tmp_path / f"pickle{suffix}"
    path.write_bytes(pickle.dumps({"emb": VECTORS}, protocol=protocol))
    with pytest.raises(InvalidFile, match="A pickle can run any code and is never opened"):
        read(path)
