"""Codes taken away: everything to use them is in the file, and they keep what was promised."""

import json
import re
import subprocess
import sys
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open

from core.compressed import compress
from core.errors import BadParameter
from core.io.array_files import array_bytes
from core.recipes import Fewer, Stores, recipe_of
from core.space import EmbeddingSpace
from explorer.shell import cli

KNOBS = {"n_blocks": 8, "share": 30.0}
RECIPES = {
    **{name: recipe_of(name, knobs=KNOBS) for name in get_args(Stores) if name != "float32"},
    **{f"{name}-16": recipe_of("float32", 16, name) for name in get_args(Fewer)},
    "first-then-int8": recipe_of("int8", 24),
    "principal-then-binary": recipe_of("binary", 16, "principal"),
    "principal-then-recurrent": recipe_of("recurrent_binary", 16, "principal"),
}
# A fresh process that has nothing of this project: the file, the vectors, NumPy and faiss.
USER = """
import json, sys
import faiss, numpy as np
folder, names = sys.argv[1], sys.argv[2:]
items = np.load(f"{folder}/features.npy")
items /= np.linalg.norm(items, axis=1, keepdims=True)
for name in names:
    stored = dict(np.load(f"{folder}/{name}.npz"))
    about = json.loads(str(stored.pop("about")))
    held_out = np.setdiff1d(np.arange(len(items)), stored["training"])
    stored["codes"] = stored["codes"][held_out]
    own = np.searchsorted(held_out, stored["queries"])
    near = items[stored["queries"]] @ items[held_out].T
    near[np.arange(len(own)), own] = -2
    true = np.argsort(-near, axis=1)[:, :10]
    told = []
    for lines in (about["search_with_numpy"], about["search_with_faiss"]):
        queries, k = items[stored["queries"]], 11
        exec("\\n".join(lines))
        hits = [
            len(set([j for j in row if j != me][:10]) & set(t)) / 10
            for row, me, t in zip(nearest, own, true)
        ]
        told.append(float(np.mean(hits)))
    print(json.dumps([name, about["recall_at_10"], *about["interval"], *told]))
"""


@pytest.fixture(scope="module")
def space():
    rng = np.random.default_rng(3)
    decay = np.linspace(1.5, 0.3, 32)
    centers = rng.normal(size=(25, 32)) * decay
    vectors = centers[rng.integers(25, size=900)] + 0.6 * decay * rng.normal(size=(900, 32))
    return EmbeddingSpace("features", vectors, pd.DataFrame(index=range(900)))


@pytest.fixture(scope="module")
def made(space):
    return {name: compress(space, recipe) for name, recipe in RECIPES.items()}


def held(made, space, folder):
    """What a fresh process finds by the codes: per recipe promise, interval, NumPy and faiss."""
    np.save(folder / "features.npy", space.vectors)
    for name, one in made.items():
        (folder / f"{name}.npz").write_bytes(array_bytes(one.arrays, one.about, ".npz"))
    command = [sys.executable, "-c", USER, str(folder), *made]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == list(made)
    return lines


def test_codes_keep_their_promise_in_a_fresh_process_with_numpy_and_with_faiss(
    made, space, tmp_path
):
    for name, promised, low, high, with_numpy, with_faiss in held(made, space, tmp_path):
        # equal scores are shared fairly here, and taken in order there
        tied = name in ("binary", "deduplication", "row_hashing", "principal-then-binary")
        slack = (high - low) / (1 if tied else 2)
        assert abs(with_numpy - promised) <= slack, name
        assert abs(with_faiss - promised) <= slack, name


def test_where_many_items_are_almost_as_near_faiss_finds_what_was_promised_too(tmp_path):
    """An index of codes ranks by distance, and decoded directions are not quite of length one."""
    rng = np.random.default_rng(7)
    centers = rng.normal(size=(25, 128))
    vectors = centers[rng.integers(25, size=1200)] + rng.normal(size=(1200, 128))
    wide = EmbeddingSpace("wide", vectors, pd.DataFrame(index=range(1200)))
    names = ("float16", "int8", "int4", "product_quantization")
    made = {name: compress(wide, recipe_of(name)) for name in names}
    for name, promised, low, high, _, with_faiss in held(made, wide, tmp_path):
        assert low <= with_faiss <= high, (name, promised)


def test_a_safetensors_file_holds_the_same(made, tmp_path):
    one = made["first-then-int8"]
    path = tmp_path / "small.safetensors"
    path.write_bytes(array_bytes(one.arrays, one.about, ".safetensors"))
    with safe_open(path, "numpy") as stored:
        assert stored.metadata() == {"about": one.about}
        assert set(stored.keys()) == set(one.arrays)
        for name, array in one.arrays.items():
            assert np.array_equal(stored.get_tensor(name), array)


def test_another_suffix_is_refused(made):
    with pytest.raises(BadParameter, match=r"\.npz or \.safetensors"):
        array_bytes({}, "", ".csv")


def test_the_fit_saw_neither_queries_nor_what_they_search(made):
    for one in made.values():
        assert not set(one.tried.training) & set(one.tried.held_out)
        assert set(one.tried.queries) <= set(one.tried.held_out)


def test_fewer_bits_keep_less(made):
    order = ("float16", "int8", "int4", "recurrent_binary", "binary", "row_hashing")
    found = [made[name].recall.value for name in order]
    assert found == sorted(found, reverse=True)
    assert made["float16"].recall.value > 0.99


def test_the_command_writes_codes_and_says_what_they_cost(space, tmp_path, capsys):
    np.savez(tmp_path / "features.npz", features=space.vectors)
    target = tmp_path / "small.npz"
    command = ["compress", str(tmp_path / "features.npz"), "--codec", "int8", "--dims", "16"]
    assert cli.main([*command, "-o", str(target)]) == 0
    out = capsys.readouterr().out
    with np.load(target, allow_pickle=False) as stored:
        about = json.loads(str(stored["about"]))
        assert stored["codes"].shape == (900, 16)
        assert stored["codes"].dtype == np.int8
    (said,) = re.findall(r"recall@10 ([\d.]+) \(", out)
    assert said == f"{about['recall_at_10']:.{len(said) - 2}f}"
    assert "16 bytes an item instead of 128" in out
    assert 'stored = np.load("small.npz")' in out.replace("'", '"')


@pytest.mark.parametrize(
    ("vectors", "says"),
    [(np.ones((9, 4), np.float32), "need 40 items"), (np.zeros((60, 4), np.float32), "are zero")],
)
def test_the_command_refuses_what_has_no_codes(vectors, says, tmp_path, capsys):
    np.save(tmp_path / "few.npy", vectors)
    assert cli.main(["compress", str(tmp_path / "few.npy")]) == 2
    assert says in capsys.readouterr().err
