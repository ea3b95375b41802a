"""Rows of a table belong to vectors by a column that names both, else by position."""

import json

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidFile
from core.io import read_many

N, D = 12, 6
X = np.random.default_rng(2).normal(size=(N, D)).astype(np.float32)
IDS = [f"doc-{i}" for i in range(N)]
LABELS = np.array(["a", "b", "c"] * 4)
ORDER = np.random.default_rng(0).permutation(N)


def vectors(folder, ids, suffix=".parquet", name="emb"):
    path = folder / f"{name}{suffix}"
    if suffix == ".parquet":
        pd.DataFrame({"id": ids, "emb": list(X[: len(ids)])}).to_parquet(path)
    else:
        pd.DataFrame(X[: len(ids)]).assign(id=ids).to_csv(path, index=False)
    return path


def table(folder, name="meta.csv", **columns):
    pd.DataFrame(columns).to_csv(folder / name, index=False)
    return folder / name


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("name", ["meta.csv", "emb_meta.csv"])
@pytest.mark.parametrize("ids", [IDS, [100 + 3 * i for i in range(N)]])
def test_a_table_in_another_order_is_joined_by_the_ids_and_it_is_said(tmp_path, suffix, name, ids):
    facts = table(tmp_path, name, id=np.array(ids)[ORDER], label=LABELS[ORDER])
    (opened,) = read_many([vectors(tmp_path, ids, suffix), facts])
    assert opened.items["label"].tolist() == LABELS.tolist()
    assert opened.items["id"].tolist() == ids and list(opened.items) == ["id", "label"]
    said = f"'{name}' is joined by 'id': 12 of 12 rows for 12 vectors."
    assert [one.sentence for one in opened.findings] == [said]


def test_a_table_in_the_same_order_says_nothing_and_has_its_id_once(tmp_path):
    facts = table(tmp_path, id=IDS, label=LABELS)
    (opened,) = read_many([vectors(tmp_path, IDS), facts])
    assert list(opened.items) == ["id", "label"] and opened.findings == ()


def test_a_table_of_more_items_describes_those_that_have_vectors(tmp_path):
    facts = table(tmp_path, id=[*IDS[::-1], "else"], n=range(N + 1))
    (opened,) = read_many([vectors(tmp_path, IDS), facts])
    assert opened.items["n"].tolist() == list(range(N))[::-1]
    assert opened.findings[0].sentence == (
        "'meta.csv' is joined by 'id': 12 of 13 rows for 12 vectors."
    )


def test_vectors_without_a_row_have_empty_cells(tmp_path):
    facts = table(tmp_path, id=IDS[2:], n=range(N - 2), kind=LABELS[2:])
    (opened,) = read_many([vectors(tmp_path, IDS), facts])
    assert opened.items["n"].isna().tolist() == [True] * 2 + [False] * 10
    assert opened.items["n"].dropna().tolist() == list(range(N - 2))
    assert opened.items["kind"].tolist()[2:] == LABELS[2:].tolist()


def test_one_table_of_all_ids_describes_each_of_several_files(tmp_path):
    files = [vectors(tmp_path, IDS[:6], name="red"), vectors(tmp_path, IDS[6:], name="blue")]
    facts = table(tmp_path, id=np.array(IDS)[ORDER], label=LABELS[ORDER])
    red, blue = read_many([*files, facts])
    assert red.items["label"].tolist() + blue.items["label"].tolist() == LABELS.tolist()


def test_a_table_of_other_ids_is_refused_and_not_joined_by_position(tmp_path):
    facts = table(tmp_path, id=[f"page-{i}" for i in range(N)], label=LABELS)
    with pytest.raises(InvalidFile, match=r"0 of its 12 values of 'id' are in 'emb\.parquet'"):
        read_many([vectors(tmp_path, IDS), facts])


def test_columns_that_name_no_row_say_nothing(tmp_path):
    pd.DataFrame({"kind": LABELS, "emb": list(X)}).to_parquet(tmp_path / "emb.parquet")
    facts = table(tmp_path, kind=LABELS[::-1], n=range(N))
    (opened,) = read_many([tmp_path / "emb.parquet", facts])
    assert opened.items["n"].tolist() == list(range(N))


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("rows", [list(range(N)), ORDER.tolist()])
def test_rows_by_name_and_values_by_row_are_in_the_order_of_the_rows(tmp_path, start, rows):
    np.save(tmp_path / "v.npy", X)
    by_row = {str(start + row): LABELS[row] for row in rows}
    by_name = {IDS[row]: start + row for row in rows}
    for name, said, expected in (("kinds", by_row, LABELS.tolist()), ("names", by_name, IDS)):
        (tmp_path / f"{name}.json").write_text(json.dumps(said))
        (opened,) = read_many([tmp_path / "v.npy", tmp_path / f"{name}.json"])
        assert opened.items[name].tolist() == expected


def test_an_object_of_settings_is_no_table(tmp_path):
    np.save(tmp_path / "v.npy", X)
    (tmp_path / "config.json").write_text(json.dumps({"model": "clip", "dim": 6}))
    with pytest.raises(InvalidFile, match="it holds an object with the keys 'model', 'dim'"):
        read_many([tmp_path / "v.npy", tmp_path / "config.json"])
