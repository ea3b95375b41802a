"""Arrays of one file that belong together: parts, states of an item each, the other axis."""

import numpy as np
import pytest

from core.io import Undecided, read

N, D = 15, 8
X = np.random.default_rng(3).normal(size=(N, D)).astype(np.float32)
LABELS = [0, 1, 2] * 5


def npz(path, **arrays):
    np.savez(path.with_suffix(".npz"), **arrays)
    return path.with_suffix(".npz")


def pt(path, root):
    torch = pytest.importorskip("torch")

    def tensors(value):
        match value:
            case dict():
                return {key: tensors(one) for key, one in value.items()}
            case list() | tuple():
                return type(value)(map(tensors, value))
            case _:
                return torch.tensor(np.asarray(value))

    torch.save(tensors(root), path.with_suffix(".pt"))
    return path.with_suffix(".pt")


BATCHES = [slice(0, 6), slice(6, 12), slice(12, 15)]


@pytest.mark.parametrize("name", ["arr_", "batch", "emb.", "features_0", ""])
@pytest.mark.parametrize("start", [0, 1])
def test_numbered_parts_of_which_the_last_is_shorter_are_one_space_in_order(path, name, start):
    parts = {f"{name}{start + at}": X[rows] for at, rows in enumerate(BATCHES)}
    opened = read(npz(path, **parts))
    np.testing.assert_array_equal(opened.vectors, X)
    assert [one.kind for one in opened.findings] == ["assumed"]
    assert len(opened.choices) == 1


@pytest.mark.parametrize("kind", [list, tuple])
def test_batches_of_vectors_and_of_labels_in_a_list_are_joined(path, kind):
    labels = np.array(LABELS)
    root = {
        "features": kind(X[rows] for rows in BATCHES),
        "labels": kind(labels[rows] for rows in BATCHES),
    }
    opened = read(pt(path, root))
    np.testing.assert_array_equal(opened.vectors, X)
    assert opened.items["labels"].tolist() == LABELS and opened.roles["label"] == "labels"


def test_parts_are_in_the_order_of_their_numbers_not_of_the_file(path):
    many = np.random.default_rng(4).normal(size=(23, D)).astype(np.float32)
    parts = {f"part{at}": many[2 * at : 2 * at + 2] for at in range(12)}
    opened = read(npz(path, **dict(sorted(parts.items()))))  # part0, part1, part10, part11, part2
    np.testing.assert_array_equal(opened.vectors, many)


@pytest.mark.parametrize("root", [[X[:5], X[5:10], X[10:]], (X, X + 1), {0: X[:10], 1: X[10:]}])
def test_numbered_arrays_that_may_be_parts_are_asked_about(path, root):
    file = pt(path, root)
    with pytest.raises(Undecided, match="it is not certain what an item is") as raised:
        read(file)
    n_parts = len(root)
    assert [choice.name for choice in raised.value.choices] == [
        f"vectors, all {n_parts} parts", *map(str, range(n_parts))
    ]  # fmt: skip
    parts = root.values() if isinstance(root, dict) else root
    whole = read(file, choose=f"vectors, all {n_parts} parts")
    np.testing.assert_array_equal(whole.vectors, np.vstack(list(parts)))
    np.testing.assert_array_equal(read(file, choose="0").vectors, next(iter(parts)))


@pytest.mark.parametrize("name", ["layer_", "hidden_states.", "epoch", "step-"])
def test_layers_and_epochs_are_choices_and_no_parts(path, name):
    opened = read(npz(path, **{f"{name}{at}": X + at for at in range(3)}))
    assert [choice.name for choice in opened.choices] == [f"{name}{at}" for at in range(3)]


def test_lists_of_vectors_in_the_columns_of_a_table_are_no_parts(path):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"emb_1": list(X), "emb_2": list(X + 1), "label": LABELS})
    table.to_parquet(path.with_suffix(".parquet"))
    opened = read(path.with_suffix(".parquet"))
    assert [choice.name for choice in opened.choices] == ["emb_1", "emb_2"]


@pytest.mark.parametrize("shape", [(D,), (1, D), (1, 1, D)])
def test_one_vector_of_any_shape_for_each_name_opens_as_items(path, shape):
    opened = read(npz(path, **{f"img-{at:02d}": X[at].reshape(shape) for at in range(N)}))
    np.testing.assert_array_equal(opened.vectors, X)
    assert opened.items["key"].tolist() == [f"img-{at:02d}" for at in range(N)]


def test_states_of_an_item_in_each_array_are_pooled_on_request(path):
    lengths = dict(zip(["P1a", "Q2b", "A0c", "Z9d", "B4e"], [3, 5, 2, 7, 3], strict=True))
    rng = np.random.default_rng(1)
    states = {key: rng.normal(size=(n, D)).astype(np.float32) for key, n in lengths.items()}
    file = npz(path, **states)
    with pytest.raises(Undecided) as raised:
        read(file)
    assert raised.value.choices[0].name == "mean of each array"
    pooled = read(file, choose="mean of each array")
    expected = [one.astype(np.float64).mean(axis=0) for one in states.values()]
    np.testing.assert_allclose(pooled.vectors, expected, rtol=1e-6)
    assert pooled.items["key"].tolist() == list(states)


def test_labels_that_fit_the_columns_of_a_matrix_ask_which_axis_is_items(path):
    file = npz(path, embeddings=X.T, labels=np.array(LABELS))
    with pytest.raises(Undecided, match=r"'embeddings' \(8, 15\)"):
        read(file)
    turned = read(file, choose="embeddings, rows and columns exchanged")
    np.testing.assert_array_equal(turned.vectors, X)
    assert turned.items["labels"].tolist() == LABELS
    as_it_is = read(file, choose="embeddings")
    assert as_it_is.vectors.shape == (D, N)


@pytest.mark.parametrize(
    "beside",
    [
        {"feature_names": np.array([f"f{at}" for at in range(D)])},
        {"mean": X.mean(axis=0), "scale": X.std(axis=0)},
        {"labels": np.array(LABELS), "genes": np.arange(D)},
    ],
)
def test_what_is_known_of_the_dimensions_is_no_doubt_about_them(path, beside):
    np.testing.assert_array_equal(read(npz(path, X=X, **beside)).vectors, X)


def test_fields_of_an_array_of_records_are_arrays(path):
    kinds = [("id", "U10"), ("emb", "f4", (D,)), ("label", "i8")]
    records = np.zeros(N, kinds)
    records["id"], records["emb"], records["label"] = [f"p{i}" for i in range(N)], X, LABELS
    np.save(path.with_suffix(".npy"), records)
    for file in (path.with_suffix(".npy"), npz(path, records=records)):
        opened = read(file)
        np.testing.assert_array_equal(opened.vectors, X)
        assert opened.items["id"].tolist() == [f"p{i}" for i in range(N)]
        assert opened.roles["label"] == "label"
