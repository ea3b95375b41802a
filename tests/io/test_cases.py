"""Files of kinds that people really have open as what they are."""

import base64
import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core.errors import InvalidFile
from core.io import BAD_ROWS, Ambiguous, Undecided, read, read_all, read_many, space_of

N, D = 12, 6
X = np.random.default_rng(5).normal(size=(N, D)).round(3).astype(np.float32)
LABELS = [0, 1, 2] * 4
WORDS = ["the", '"', "a", "``", "of", "''", "to", '"', "in", 'it"s', '5" disk', "end"]


@pytest.fixture
def write(tmp_path):
    """Write a text, bytes, JSON, an array or what a function writes, and return the path."""

    def write(name: str, content) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        match content:
            case str():
                path.write_text(content, encoding="utf-8", newline="")
            case bytes():
                path.write_bytes(content)
            case np.ndarray():
                np.save(path, content)
            case dict() | list():
                path.write_text(json.dumps(content))
            case _:
                content(path)
        return path

    return write


def rows(*columns, mark=","):
    """Lines of cells."""
    lines = zip(*(map(str, column) for column in columns), strict=True)
    return "".join(mark.join(line) + "\n" for line in lines)


def is_x(opened):
    np.testing.assert_allclose(opened.vectors, X, atol=1e-6)
    return opened


# Headers


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("plain.csv", {"index": False}),
        ("with_index.csv", {}),
        ("tabs.tsv", {"index": False, "sep": "\t"}),
        ("semicolons.csv", {"index": False, "sep": ";", "decimal": ","}),
        ("quoted.csv", {"index": False, "quoting": 1}),
        ("commas_between_tabs.tsv", {"index": False, "sep": "\t", "decimal": ","}),
    ],
)
def test_one_name_over_numbers_settles_that_there_is_a_header(write, name, how):
    frame = pd.DataFrame(X).assign(label=LABELS)
    opened = is_x(read(write(name, lambda path: frame.to_csv(path, **how))))
    assert opened.items["label"].tolist() == LABELS and opened.roles["label"] == "label"


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_names_counted_from_zero_or_one_over_decimals_are_no_item(write, start, mark):
    frame = pd.DataFrame(X, columns=range(start, start + D))
    opened = is_x(read(write("counted.csv", lambda p: frame.to_csv(p, index=False, sep=mark))))
    assert opened.findings == ()


def test_a_row_of_decimals_with_one_word_is_no_header(write):
    text = "0.1,0.2,oops\n" + rows(*X[:, :3].T)
    opened = read(write("a.csv", text))
    assert len(opened.vectors) == N + 1
    assert [one.kind for one in opened.findings] == ["unreadable"]


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("right", [0, 1])
@pytest.mark.parametrize("form", ["%.4g", "%.18e"])
def test_whole_numbers_at_the_ends_of_decimals_are_columns_and_it_is_said(write, left, right, form):
    parts = [*[np.arange(N)] * left, *X.T, *[np.array(LABELS)] * right]
    table = np.column_stack(parts)
    opened = read(write("a.csv", lambda path: np.savetxt(path, table, delimiter=",", fmt=form)))
    np.testing.assert_allclose(opened.vectors, X, rtol=1e-3)
    assert len(opened.items.columns) == left + right
    assert [one.kind for one in opened.findings] == ["assumed"] * bool(left + right)


def test_whole_numbers_among_rounded_decimals_are_dimensions(write):
    sparse = X.copy()
    sparse[:, [0, 2, 5]] = 0
    opened = read(write("a.csv", lambda path: np.savetxt(path, sparse, delimiter=",", fmt="%g")))
    np.testing.assert_allclose(opened.vectors, sparse, rtol=1e-4)


def test_a_column_of_whole_numbers_beside_named_decimals_is_a_column(write):
    frame = pd.DataFrame(X, columns=["mass", "speed", "heat", "glow", "tilt", "gain"])
    frame = frame.assign(ring=[3] * 5 + [4] * 7, ok=[True, False] * 6)
    opened = read(write("a.csv", lambda path: frame.to_csv(path, index=False)))
    assert opened.vectors.shape == (N, D) and {"ring", "ok"} <= set(opened.items)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.txt", {"header": "x y"}),
        ("a.csv", {"header": "made by hand, today", "delimiter": ","}),
        ("a.tsv", {"header": "x", "footer": "the end", "delimiter": "\t"}),
        ("b.txt", {"header": "two\nlines", "footer": "of it"}),
        ("b.csv", {"header": "d0,d1,d2,d3,d4,d5", "delimiter": ",", "footer": "end, of it"}),
        ("c.csv", {"header": "\n", "delimiter": ";"}),
    ],
)
def test_comments_of_savetxt_are_no_items_and_the_first_dimension_no_word(write, name, how):
    assert is_x(read(write(name, lambda path: np.savetxt(path, X, **how)))).items.empty


@pytest.mark.parametrize(("name", "mark"), [("a.tsv", "\t"), ("a.txt", " "), ("a.vec", " ")])
def test_the_word_number_sign_is_no_comment(write, name, mark):
    words = ["#", *WORDS[2:8], "#tag", *WORDS[8:]]
    words = [word.replace(" ", "_") for word in words]
    assert is_x(read(write(name, rows(words, *X.T, mark=mark)))).items.iloc[0, 0] == "#"


# Quotation marks


def test_a_token_that_is_a_quotation_mark_swallows_no_rows(write):
    header = "\t".join(["token", *(f"d{i}" for i in range(D))]) + "\n"
    opened = is_x(read(write("a.tsv", header + rows(WORDS, *X.T, mark="\t"))))
    assert opened.items["token"].tolist() == WORDS


@pytest.mark.parametrize("tokens", [['"', "b"], ['"a', "b"], ["b", '5"'], ['"a', 'b"']])
def test_unescaped_marks_in_a_csv_swallow_no_rows(write, tokens):
    names = tokens + [f"w{i}" for i in range(N - 2)]
    opened = is_x(read(write("a.csv", "token,d0,d1,d2,d3,d4,d5\n" + rows(names, *X.T))))
    assert opened.items["token"].tolist() == names


def test_marks_that_make_no_sense_are_refused_with_the_line(write):
    texts = [f"item {i}" for i in range(N)]
    texts[3] = '5" disk, large'
    with pytest.raises(InvalidFile, match="a quotation mark in line 5 neither opens nor closes"):
        read(write("a.csv", "text,d0,d1,d2,d3,d4,d5\n" + rows(texts, *X.T)))


def test_marks_far_below_the_first_lines_swallow_no_rows(write):
    many = np.tile(X, (3000, 1))
    names = [f"w{i}" for i in range(len(many))]
    names[-5], names[-2] = '"', '"'
    opened = read(write("a.tsv", "token\ta\tb\tc\td\te\tf\n" + rows(names, *many.T, mark="\t")))
    assert opened.items["token"].tolist() == names


@pytest.mark.parametrize("how", [{}, {"quoting": 1}, {"sep": "\t"}, {"sep": ";"}, {"sep": "|"}])
@pytest.mark.parametrize(
    "said", ['a "word", yes', "line one\nline, two", "a;b|c\td,e", '"', "#1, or\n# 2"]
)
def test_quoted_cells_keep_marks_line_breaks_and_separators(write, how, said):
    texts = [f"{said} {i}" for i in range(N)]
    frame = pd.DataFrame(X, columns=[f"d{i}" for i in range(D)]).assign(text=texts)
    path = write("a.csv", lambda path: frame.to_csv(path, index=False, **how))
    assert is_x(read(path)).items["text"].tolist() == texts


def test_marks_after_a_backslash_are_read_as_spark_writes_them(write):
    lines = [f'"he \\"said, {i}\\"",{",".join(map(str, row))}\n' for i, row in enumerate(X)]
    opened = is_x(read(write("a.csv", "text,a,b,c,d,e,f\n" + "".join(lines))))
    assert opened.items["text"][3] == 'he "said, 3"'


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_metadata_of_the_projector_is_read_line_by_line(write, ends):
    vectors = write("vectors.tsv", rows(*X.T, mark="\t"))
    metadata = write("metadata.tsv", ends.join(WORDS) + ends)
    assert is_x(read_many([vectors, metadata])[0]).items.iloc[:, 0].tolist() == WORDS


@pytest.mark.parametrize("cell", ["red, green {}", "a; b {}", "a | b {}", "1, 2, x{}", "{}, 5"])
def test_metadata_of_one_column_is_one_column_whatever_is_in_it(write, cell):
    vectors = write("vectors.tsv", rows(*X.T, mark="\t"))
    cells = [cell.format(i) for i in range(N)]
    (opened,) = read_many([vectors, write("metadata.tsv", "\n".join(cells) + "\n")])
    assert opened.items.iloc[:, 0].tolist() == cells


@pytest.mark.parametrize("cell", ["a|b {}", "a;b;{}", "x\ty {}", "7|8 {}"])
def test_separators_inside_of_cells_do_not_win_over_that_of_the_suffix(write, cell):
    cells = [cell.format(i) for i in range(N)]
    frame = pd.DataFrame({"note": cells, "v": [list(map(float, row)) for row in X]})
    opened = is_x(read(write("a.csv", lambda path: frame.to_csv(path, index=False))))
    assert opened.items["note"].tolist() == cells


# Vectors in cells


@pytest.mark.parametrize(
    "spell",
    [
        lambda row: "[" + ", ".join(f"np.float32({v})" for v in row) + "]",
        lambda row: "[" + ", ".join(f"np.float64({v})" for v in row) + "]",
        lambda row: "tensor([" + ", ".join(f"{v:.4f}" for v in row) + "])",
        lambda row: "tensor([" + ", ".join(f"{v:.4f}" for v in row) + "], device='cuda:0')",
        lambda row: "[" + ", ".join(f"tensor({v})" for v in row) + "]",
        lambda row: "array([" + ", ".join(map(str, row)) + "], dtype=float32)",
        lambda row: "Array([" + ",\n  ".join(map(str, row)) + "], dtype=float32)",
        lambda row: "DenseVector([" + ", ".join(map(str, row)) + "])",
        lambda row: "{" + ",".join(map(str, row)) + "}",
        lambda row: "[" + ",\r".join(map(str, row)) + "]",
        lambda row: "[" + ";".join(map(str, row)) + "]",
        lambda row: base64.b64encode(row.repeat(2).tobytes()).decode(),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl"])
def test_a_vector_in_a_cell_is_read_however_a_library_prints_it(write, spell, suffix):
    frame = pd.DataFrame({"text": [f"w{i}" for i in range(N)], "v": [spell(row) for row in X]})
    writers = {
        ".csv": lambda path: frame.to_csv(path, index=False),
        ".tsv": lambda path: frame.to_csv(path, index=False, sep="\t", quoting=1),
        ".parquet": frame.to_parquet,
        ".jsonl": lambda path: frame.to_json(path, orient="records", lines=True),
    }
    opened = read(write(f"a{suffix}", writers[suffix]))
    wide = X.repeat(2, axis=1) if opened.vectors.shape[1] == 2 * D else X
    np.testing.assert_allclose(opened.vectors, wide, atol=1e-4)
    assert opened.items["text"].tolist() == frame["text"].tolist()


# Which rows belong to which vectors


def captions(shard):
    keys = [f"{shard:05d}{row:04d}" for row in range(N)]
    return pd.DataFrame({"caption": [f"shard {shard} item {row}" for row in range(N)], "key": keys})


@pytest.mark.parametrize(
    ("vectors", "tables"),
    [
        ("img_emb_{}.npy", "metadata_{}.parquet"),
        ("img_emb_{:04d}.npy", "metadata_{:04d}.parquet"),
        ("emb-{:05d}-of-00002.npy", "meta-{:05d}-of-00002.parquet"),
        ("part{}.npy", "part{}_items.parquet"),
        ("x.{}.npy", "y.{}.parquet"),
    ],
)
def test_shards_of_equal_length_get_their_own_tables(write, vectors, tables):
    files = [write(vectors.format(n), X * (n + 1)) for n in (0, 1)]
    files += [write(tables.format(n), captions(n).to_parquet) for n in (1, 0)]
    first, second = read_many(files)
    assert first.items["caption"][0] == "shard 0 item 0" and len(first.items.columns) == 2
    assert second.items["caption"][0] == "shard 1 item 0"


@pytest.mark.parametrize(("vectors", "labels"), [("X_{}.npy", "y_{}.npy"), ("{}.npy", "{}_y.npy")])
@pytest.mark.parametrize(("one", "other"), [("train", "test"), ("train", "val")])
def test_training_and_test_get_their_own_labels(write, vectors, labels, one, other):
    files = [write(vectors.format(split), X) for split in (one, other)]
    files += [
        write(labels.format(one), np.zeros(N, int)),
        write(labels.format(other), np.ones(N, int)),
    ]
    first, second = read_many(files)
    assert set(first.items.iloc[:, 0]) == {0} and set(second.items.iloc[:, 0]) == {1}


def test_tables_that_no_name_tells_apart_are_asked_for(write):
    files = [write("p.npy", X), write("q.npy", X * 2)]
    files += [
        write("t.parquet", captions(0).to_parquet),
        write("u.parquet", captions(1).to_parquet),
    ]
    with pytest.raises(Ambiguous, match="no name says which belongs to which") as raised:
        read_many(files)
    assert raised.value.tables == ("t.parquet", "u.parquet")
    assert raised.value.vectors == ("p.npy", "q.npy")
    belongs = {"t.parquet": "q.npy", "u.parquet": "p.npy"}
    first, second = read_many(files, belongs=belongs)
    assert first.items["caption"][0] == "shard 1 item 0"
    assert second.items["caption"][0] == "shard 0 item 0"


def test_one_table_for_two_models_says_that_it_is_taken_row_by_row(write):
    files = [write("p.npy", X), write("q.npy", X), write("t.parquet", captions(0).to_parquet)]
    for opened in read_many(files):
        assert opened.items["caption"][3] == "shard 0 item 3"
        (finding,) = (one for one in opened.findings if one.kind == "assumed")
        assert "row by row" in finding.sentence


@pytest.mark.parametrize(
    "names",
    [
        {"train": X, "test": X[:5], "train_labels": LABELS, "test_labels": LABELS[:5]},
        {"X_train": X, "X_test": X[::-1], "y_train": LABELS, "y_test": LABELS[::-1]},
        {"train_features": X, "val_features": X[:7], "train_y": LABELS, "val_y": LABELS[:7]},
    ],
)
def test_splits_in_one_archive_keep_their_own_labels(write, names):
    path = write("a.npz", lambda path: np.savez(path, **names))
    for opened in [read(path), *(read(path, choose=name) for name in list(names)[:2])]:
        label = dict(zip(map(tuple, X), LABELS, strict=True))
        column = opened.items.iloc[:, -1]
        assert column.tolist() == [label[tuple(row)] for row in opened.vectors]
    assert read(path).items["split"].nunique() == 2


@pytest.mark.parametrize(
    "layout",
    [
        {"a/part_0.npy": X[:4], "a/part_1.npy": X[4:10], "a/part_2.npy": X[10:]},
        {"a/img_emb/img_emb_0.npy": X[:4], "a/img_emb/img_emb_1.npy": X[4:],
         "a/metadata/metadata_0.parquet": captions(0)[:4].to_parquet,
         "a/metadata/metadata_1.parquet": captions(0)[4:].to_parquet},
        {f"a/{n}.npy": X[n : n + 1] for n in range(N)},
        {"a/part-00000-abc.snappy.parquet": lambda p: table(X[:5]).to_parquet(p), "a/_SUCCESS": "",
         "a/part-00001-abc.snappy.parquet": lambda p: table(X[5:]).to_parquet(p)},
        {"a/emb_9.npy": X[:4], "a/emb_10.npy": X[4:]},
    ],
)  # fmt: skip
def test_a_folder_of_parts_is_one_space_in_order(write, tmp_path, layout):
    for name, content in layout.items():
        write(name, content)
    (opened,) = read_many([tmp_path / "a"])
    if any(name.endswith("7.npy") for name in layout):
        assert opened.items["file"].tolist() == sorted(map(str, range(N)))
    else:
        is_x(opened)
    assert opened.name == "a"
    if "caption" in opened.items:
        assert opened.items["caption"].tolist() == captions(0)["caption"].tolist()


def test_a_data_set_of_the_hub_keeps_its_splits(write, tmp_path):
    write("a/data/train-00000-of-00001.parquet", lambda path: table(X[:7]).to_parquet(path))
    write("a/data/test-00000-of-00001.parquet", lambda path: table(X[7:]).to_parquet(path))
    splits = {opened.name: len(opened.vectors) for opened in read_many([tmp_path / "a"])}
    assert sum(splits.values()) == N


def table(vectors):
    return pd.DataFrame({"emb": list(vectors), "note": "x"})


def test_columns_lose_the_name_of_the_file_only_at_a_word(write):
    frame = pd.DataFrame({"author": ["b"] * N, "a_age": range(N), "a label": LABELS, "a": LABELS})
    files = [write("a.npy", X), write("a.csv", lambda path: frame.to_csv(path, index=False))]
    assert set(read_many(files)[0].items) == {"author", "age", "label", "a (2)"}


# Which axis is items


@pytest.mark.parametrize("n_keys", [3, D, N])
def test_one_vector_for_each_name_opens_as_items(write, n_keys):
    path = write("a.npz", lambda path: np.savez(path, **{f"prot{i}": X[i] for i in range(n_keys)}))
    opened = read(path)
    np.testing.assert_array_equal(opened.vectors, X[:n_keys])
    assert opened.items["key"].tolist() == [f"prot{i}" for i in range(n_keys)]
    assert [one.kind for one in opened.findings] == ["assumed"]
    turned = read(path, choose="all columns of numbers")
    np.testing.assert_array_equal(turned.vectors, X[:n_keys].T)


def test_one_vector_for_each_name_opens_as_items_from_safetensors(write):
    safetensors = pytest.importorskip("safetensors.numpy")
    named = {f"w{i:02d}": X[i] for i in range(N)}
    is_x(read(write("a.safetensors", lambda path: safetensors.save_file(named, path))))


def test_named_columns_of_an_archive_stay_columns(write):
    path = write("a.npz", lambda path: np.savez(path, height=X[:, 0], mass=X[:, 1], label=LABELS))
    assert read(path).vectors.shape == (N, 2)


@pytest.mark.parametrize(
    "root",
    [
        lambda t: [{"id": f"p{i}", "emb": t[i], "label": LABELS[i]} for i in range(N)],
        lambda t: [(f"p{i}", t[i], LABELS[i]) for i in range(N)],
        lambda t: {f"p{i}": {"emb": t[i], "label": LABELS[i]} for i in range(N)},
        lambda t: {f"p{i}": t[i] for i in range(N)},
        lambda t: {f"p{i}": t[i : i + 1] for i in range(N)},
        lambda t: [{"label": f"p{i}", "mean_representations": {33: t[i]}} for i in range(N)],
        lambda t: {"items": [{"id": f"p{i}", "vector": t[i]} for i in range(N)], "epoch": 3},
        list,
    ],
)
def test_lists_and_dictionaries_of_pytorch_open_as_items(write, root):
    torch = pytest.importorskip("torch")
    opened = is_x(read(write("a.pt", lambda path: torch.save(root(torch.tensor(X)), path))))
    if len(opened.items.columns):
        assert opened.items.iloc[:, 0].tolist() == [f"p{i}" for i in range(N)]


# Numbers that are not vectors of items


@pytest.mark.parametrize("shape", [(N, 1, D), (1, N, D), (N, D, 1, 1), (N, 1, 1, D)])
def test_axes_of_length_one_are_left_out(write, shape):
    is_x(read(write("a.npy", X.reshape(shape))))


def test_hidden_states_are_pooled_on_request_with_their_mask(write):
    states = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    mask = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 1, 1]])
    path = write(
        "a.npz",
        lambda path: np.savez(path, last_hidden_state=states, attention_mask=mask, input_ids=mask),
    )
    with pytest.raises(Undecided, match="last_hidden_state, mean with attention_mask") as raised:
        read(path)
    names = [choice.name for choice in raised.value.choices]
    made = {name.split(", ")[1].split()[0]: read(path, choose=name).vectors for name in names[:3]}
    mean = np.stack([s[m > 0].mean(axis=0) for s, m in zip(states, mask, strict=True)])
    np.testing.assert_allclose(made["mean"], mean, rtol=1e-5)
    np.testing.assert_array_equal(made["first"], states[range(4), [0, 0, 0, 1]])
    np.testing.assert_array_equal(made["last"], states[range(4), [2, 1, 0, 2]])


def test_what_a_model_pooled_itself_is_taken_before_its_masks_and_states(write):
    arrays = {"input_ids": np.ones((N, 9), int), "attention_mask": np.ones((N, 9), int)}
    states = {"last_hidden_state": np.ones((N, 9, 4), np.float32), "pooler_output": X}
    path = write("a.npz", lambda path: np.savez(path, **arrays, **states))
    assert is_x(read(path)).chosen == "pooler_output"


def test_masks_and_token_ids_alone_are_no_vectors(write):
    path = write("a.npz", lambda path: np.savez(path, input_ids=np.ones((N, 9), int)))
    with pytest.raises(Undecided, match="holds no vector for each item, but 'input_ids'"):
        read(path)


@pytest.mark.parametrize("signed", [False, True])
def test_packed_bits_are_unpacked_on_request(write, signed):
    bits = np.random.default_rng(0).integers(0, 2, (N, 32))
    packed = np.packbits(bits, axis=1)
    packed = (packed.astype(np.int16) - 128).astype(np.int8) if signed else packed
    path = write("codes.npy", packed)
    assert read(path).vectors.shape == (N, 4)
    assert "unpacked to bits" in read(path).findings[0].sentence
    np.testing.assert_array_equal(read(path, choose="codes, unpacked to bits").vectors, bits)


def test_bits_that_say_so_stay_behind_the_vectors_they_were_made_of(write):
    packed = np.packbits(np.tile(X, (1, 4)) > 0, axis=1)
    path = write(
        "a.npz", lambda path: np.savez(path, embeddings=np.tile(X, (1, 4)), ubinary=packed)
    )
    assert read(path).chosen == "embeddings"
    alone = write("b.npz", lambda path: np.savez(path, ubinary=packed))
    assert read(alone).vectors.shape == (N, 24)


# Databases and services

V = X.tolist()
SAID = [f"text of item {i}" for i in range(N)]
BASE64 = [base64.b64encode(np.tile(row, 2).tobytes()).decode() for row in X]


def facts(i):
    return {"text": SAID[i], "section": "admin" if i % 2 else "libs"}


R = range(N)
FACTS = [facts(i) for i in R]
SECTIONS = [fact["section"] for fact in FACTS]
JSON = {
    "qdrant": {
        "result": {"points": [{"id": i, "payload": FACTS[i], "vector": V[i]} for i in R]},
        "status": "ok",
        "time": 0.1,
    },
    "pinecone": {"vectors": [{"id": str(i), "values": V[i], "metadata": FACTS[i]} for i in R]},
    "pinecone_fetch": {
        "vectors": {f"a{i}": {"id": f"a{i}", "values": V[i], "metadata": FACTS[i]} for i in R},
        "namespace": "",
    },
    "pinecone_query": {
        "matches": [{"id": str(i), "score": 1, "values": V[i], "metadata": FACTS[i]} for i in R]
    },
    "chroma": {
        "ids": list(map(str, R)), "embeddings": V, "metadatas": FACTS, "documents": SAID,
        "data": None, "included": ["embeddings", "documents"],
    },
    "chroma_query": {
        "ids": [list(map(str, R[:7])), list(map(str, R[7:]))],
        "embeddings": [V[:7], V[7:]],
        "distances": [[0.5] * 7, [0.25] * 5],
        "metadatas": [FACTS[:7], FACTS[7:]],
    },
    "weaviate": {
        "objects": [{"class": "A", "id": i, "properties": FACTS[i], "vector": V[i]} for i in R],
        "deprecations": None,
    },
    "weaviate_graphql": {
        "data": {"Get": {"A": [{**FACTS[i], "_additional": {"id": i, "vector": V[i]}} for i in R]}}
    },
    "weaviate_named": {
        "objects": [{"id": i, "properties": FACTS[i], "vectors": {"default": V[i]}} for i in R]
    },
    "elasticsearch": {
        "took": 3,
        "hits": {
            "total": {"value": N},
            "hits": [{"_id": str(i), "_source": {**FACTS[i], "vector": V[i]}} for i in R],
        },
    },
    "milvus": {"data": [{"id": i, "vector": V[i], **FACTS[i]} for i in R], "code": 0},
    "vespa": {
        "root": {
            "id": "t",
            "children": [
                {"id": i, "fields": {**FACTS[i], "emb": {"type": "tensor", "values": V[i]}}}
                for i in R
            ],
        }
    },
    "pandas_split": {
        "columns": ["emb", "text", "section"],
        "index": list(R),
        "data": [[V[i], SAID[i], SECTIONS[i]] for i in R],
    },
    "pandas_index": {str(i): {"emb": V[i], **FACTS[i]} for i in R},
    "pandas_columns": {
        name: {str(i): cell for i, cell in enumerate(cells)}
        for name, cells in {"emb": V, "text": SAID, "section": SECTIONS}.items()
    },
    "langchain": [
        {"id": i, "vector": V[i], "text": SAID[i], "metadata": {"section": SECTIONS[i]}} for i in R
    ],
}  # fmt: skip


@pytest.mark.parametrize("which", JSON)
def test_the_export_of_a_database_opens_with_its_metadata_as_columns(write, which):
    opened = is_x(read(write("a.json", JSON[which])))
    assert opened.items["section"].tolist() == SECTIONS
    assert SAID[3] in opened.items.iloc[3].tolist()


def test_named_vectors_of_one_point_are_choices(write):
    points = [{"id": i, "payload": facts(i), "vector": {"title": V[i], "body": V[i][:4]}}
              for i in range(N)]  # fmt: skip
    opened = read(write("a.json", {"result": {"points": points}}))
    assert {choice.name for choice in opened.choices} == {"vector.title", "vector.body"}


def openai(vectors, start=0):
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
    return {"object": "list", "data": data, "model": "text-embedding-3-small", "usage": {"t": 1}}


ANSWERS = {
    "openai": openai(V),
    "openai_base64": openai(BASE64),
    "cohere": {"id": "x", "texts": SAID, "embeddings": V, "meta": {"api": {"version": "1"}}},
    "cohere_types": {"id": "x", "texts": SAID, "response_type": "embeddings_by_type",
                     "embeddings": {"float": V, "int8": [[1, 2, 3]] * N}},
    "tei": V,
    "gemini": {"embeddings": [{"values": v} for v in V]},
    "vertex": {"predictions": [{"embeddings": {"values": v, "statistics": {"token_count": 3}}}
                               for v in V]},
    "ollama": {"model": "m", "embeddings": V, "total_duration": 3},
    "pairs": [[SAID[i], V[i]] for i in range(N)],
}  # fmt: skip


@pytest.mark.parametrize("which", ANSWERS)
def test_the_answer_of_a_service_opens(write, which):
    opened = read(write("a.json", ANSWERS[which]))
    expected = np.tile(X, 2) if which.endswith("base64") else X
    np.testing.assert_allclose(opened.vectors, expected, atol=1e-6)


@pytest.mark.parametrize("each", [1, 3])
def test_the_answers_of_a_batch_open_with_their_names_and_a_failure_is_counted(write, each):
    lines = [
        {"id": f"b{i}", "custom_id": f"r{i}", "error": None,
         "response": {"status_code": 200, "body": openai(V[i : i + each])}}
        for i in range(0, N, each)
    ]  # fmt: skip
    lines.append({"id": "b", "custom_id": "r", "response": None, "error": {"code": "500"}})
    opened = read(write("a.jsonl", "\n".join(map(json.dumps, lines))))
    np.testing.assert_allclose(opened.vectors[:N], X, atol=1e-6)
    assert opened.items["custom_id"].tolist()[0] == "r0" and len(opened.items) == N + 1
    (finding,) = (one for one in opened.findings if one.kind == "ragged")
    assert finding.rows.tolist() == [N]


def test_lines_of_answers_and_lines_under_json_open(write):
    lines = [json.dumps({"_id": str(i), "_source": {**facts(i), "vector": V[i]}}) for i in range(N)]
    for name in ("a.jsonl", "a.json", "a.ndjson"):
        assert is_x(read(write(name, "\n".join(lines)))).items["text"].tolist() == SAID
    whole = "\n".join(json.dumps(openai(V[i : i + 2])) for i in range(0, N, 2))
    is_x(read(write("b.jsonl", whole)))


def test_states_of_tokens_from_a_service_are_pooled_on_request(write):
    tokens = [[V[i]] * (1 + i % 3) for i in range(N)]
    path = write("a.json", tokens)
    with pytest.raises(Undecided, match="a, mean with mask"):
        read(path)
    np.testing.assert_allclose(read(path, choose="a, mean with mask").vectors, X, atol=1e-6)


def test_json_text_in_a_column_of_metadata_is_unfolded(write):
    frame = pd.DataFrame({"emb": list(X), "metadata": [json.dumps(facts(i)) for i in range(N)]})
    opened = is_x(read(write("a.parquet", frame.to_parquet)))
    assert opened.items["section"].tolist()[:2] == ["libs", "admin"]


# Hugging Face, TensorBoard, HDF5, FAISS, compressed files


def arrow(path, frame):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, frame.schema) as writer:
        writer.write_table(frame)


@pytest.mark.parametrize("picked", [[11, 3], [0], list(range(N))[::-1], [5, 5, 5]])
def test_the_indices_of_a_hugging_face_folder_count(tmp_path, picked):
    frame = pa.table({"emb": V, "text": SAID})
    arrow(tmp_path / "data.arrow", frame)
    arrow(tmp_path / "indices.arrow", pa.table({"indices": pa.array(picked, pa.uint64())}))
    state = {"_data_files": [{"filename": "data.arrow"}],
             "_indices_data_files": [{"filename": "indices.arrow"}]}  # fmt: skip
    (tmp_path / "state.json").write_text(json.dumps(state))
    opened = read(tmp_path)
    np.testing.assert_allclose(opened.vectors, X[picked], atol=1e-6)
    assert opened.items["text"].tolist() == [SAID[i] for i in picked]


@pytest.mark.parametrize("picked", [[N], [-1]])
def test_indices_that_lead_out_of_the_rows_are_refused(tmp_path, picked):
    arrow(tmp_path / "data.arrow", pa.table({"emb": V}))
    arrow(tmp_path / "indices.arrow", pa.table({"indices": pa.array(picked, pa.int64())}))
    state = {"_data_files": [{"filename": "data.arrow"}],
             "_indices_data_files": [{"filename": "indices.arrow"}]}  # fmt: skip
    (tmp_path / "state.json").write_text(json.dumps(state))
    with pytest.raises(InvalidFile, match="its indices lead out of the 12 rows"):
        read(tmp_path)


def projector(write):
    config = 'embeddings {\n  tensor_name: "packages"\n  tensor_path: "tensors.tsv"\n'
    config += '  metadata_path: "metadata.tsv"\n}\n'
    labels = "package\ttext\n" + rows([f"p{i}" for i in range(N)], SAID, mark="\t")
    return [
        write("p/projector_config.pbtxt", config),
        write("p/tensors.tsv", rows(*X.T, mark="\t")),
        write("p/metadata.tsv", labels),
    ]


def test_a_projector_folder_opens_as_a_folder_and_as_its_files(write, tmp_path):
    files = projector(write)
    for given in ([tmp_path / "p"], files, files[::-1]):
        (opened,) = read_many(given)
        assert is_x(opened).items["text"].tolist() == SAID
    assert read_many([tmp_path / "p"])[0].name == "packages"


def test_each_tensor_of_a_projector_gets_the_metadata_its_configuration_names(write, tmp_path):
    blocks = "".join(
        f'embeddings {{ tensor_path: "v{i}.tsv" metadata_path: "m{1 - i}.tsv" }}\n' for i in (0, 1)
    )
    write("p/projector_config.pbtxt", blocks)
    for i in (0, 1):
        write(f"p/v{i}.tsv", rows(*X.T, mark="\t"))
        write(f"p/m{i}.tsv", "name\tkind\n" + rows([f"n{i}"] * N, SAID, mark="\t"))
    first, second = read_many([tmp_path / "p"])
    assert set(first.items["name"]) == {"n1"} and set(second.items["name"]) == {"n0"}


@pytest.fixture
def h5py():
    return pytest.importorskip("h5py")


@pytest.mark.parametrize("how", [{}, {"compression": "gzip"}, {"chunks": True, "shuffle": True}])
@pytest.mark.parametrize("suffix", [".h5", ".hdf5"])
def test_arrays_and_text_of_hdf5_are_read(write, h5py, how, suffix):
    def fill(path):
        with h5py.File(path, "w") as file:
            file.create_dataset("features/emb", data=X, **how)
            file["features/text"] = SAID
            file["label"] = LABELS

    opened = is_x(read(write(f"a{suffix}", fill)))
    assert opened.items["features/text"].tolist() == SAID
    assert opened.items["label"].tolist() == LABELS


def test_one_vector_for_each_protein_in_hdf5_opens_as_items(write, h5py):
    def fill(path):
        with h5py.File(path, "w") as file:
            for i in range(N):
                file[f"P{i:05d}"] = X[i].astype(np.float16)

    opened = read(write("a.h5", fill))
    np.testing.assert_array_equal(opened.vectors, X.astype(np.float16))


def test_anndata_opens_by_its_embedding_with_its_observations(write, h5py):
    def fill(path):
        with h5py.File(path, "w") as file:
            file["X"] = np.ones((N, 30), np.float32)
            file["obsm/X_umap"], file["obsm/X_scvi"] = X[:, :2], X
            file["obs/_index"] = SAID
            kind = file.create_group("obs/kind")
            kind["categories"], kind["codes"] = ["b", "t"], [i % 2 for i in range(N)]

    opened = is_x(read(write("a.h5ad", fill)))
    assert opened.chosen == "X_scvi" and opened.items["kind"].tolist() == ["b", "t"] * 6


def test_hdf5_that_unpacks_to_too_much_or_leads_elsewhere_is_not_read(write, h5py):
    def bomb(path):
        with h5py.File(path, "w") as file:
            file.create_dataset("x", (100_000_000, 300), "f4", chunks=True)

    def linked(path):
        with h5py.File(path, "w") as file:
            file["x"] = h5py.ExternalLink("other.h5", "/x")
            file["y"] = h5py.SoftLink("/z")

    with pytest.raises(InvalidFile, match="as a bomb does"):
        read(write("a.h5", bomb))
    with pytest.raises(InvalidFile, match="holds no arrays"):
        read(write("b.h5", linked))


@pytest.mark.parametrize("metric", ["L2", "IP"])
@pytest.mark.parametrize("with_ids", [False, True])
def test_flat_indexes_of_faiss_are_read(write, metric, with_ids):
    faiss = pytest.importorskip("faiss")

    def fill(path):
        index = faiss.IndexFlatL2(D) if metric == "L2" else faiss.IndexFlatIP(D)
        if with_ids:
            index = faiss.IndexIDMap(index)
            index.add_with_ids(X, np.arange(N) * 7)
        else:
            index.add(X)
        faiss.write_index(index, str(path))

    opened = is_x(read(write("a.index", fill)))
    assert opened.items.to_dict("list") == ({"id": [7 * i for i in range(N)]} if with_ids else {})


def test_other_indexes_of_faiss_are_refused_with_what_converts_them(write):
    faiss = pytest.importorskip("faiss")
    path = write("a.faiss", lambda p: faiss.write_index(faiss.IndexHNSWFlat(D, 4), str(p)))
    with pytest.raises(InvalidFile, match=r"no flat index.*reconstruct_n\(0, index.ntotal\)"):
        read(path)


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2", ".xz"])
@pytest.mark.parametrize("inner", [".csv", ".tsv", ".jsonl", ".json", ".txt", ".vec", ".npy"])
def test_a_compressed_file_opens_as_what_is_in_it(write, suffix, inner):
    import bz2  # noqa: PLC0415
    import lzma  # noqa: PLC0415

    lines = "\n".join(json.dumps({"text": s, "emb": v}) for s, v in zip(SAID, V, strict=True))
    words = rows([f"w{i}" for i in range(N)], *X.T, mark=" ")
    plain = {
        ".csv": "text,a,b,c,d,e,f\n" + rows(SAID, *X.T),
        ".tsv": "text\ta\tb\tc\td\te\tf\n" + rows(SAID, *X.T, mark="\t"),
        ".jsonl": lines, ".json": json.dumps({"text": SAID, "emb": V}),
        ".txt": words, ".vec": f"{N} {D}\n{words}",
    }  # fmt: skip
    content = plain[inner].encode() if inner in plain else write("x.npy", X).read_bytes()
    pack = {
        ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress,
        ".zst": lambda raw: pa.Codec("zstd").compress(raw, asbytes=True),
    }  # fmt: skip
    opened = is_x(read(write(f"a.b{inner}{suffix}", pack[suffix](content))))
    assert opened.name == "a.b" and (inner == ".npy" or len(opened.items.columns) in {1, 7})


def test_a_compressed_bomb_and_a_damaged_file_are_refused(write):
    with pytest.raises(InvalidFile, match="the unpacked file would take"):
        read(write("a.csv.gz", gzip.compress(b"1,2\n" * 20_000_000, 1)), limit_bytes=1 << 24)
    with pytest.raises(InvalidFile, match="it is damaged"):
        read(
            write(
                "b.csv.gz",
                gzip.compress(rows(*np.random.default_rng(0).normal(size=(3, 999))).encode())[
                    :-900
                ],
            )
        )
    with pytest.raises(InvalidFile, match=r"does not say what is packed in it, as c.csv.gz would"):
        read(write("c.gz", gzip.compress(b"1,2\n")))


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("a.pkl", b"\x80\x04.", "numpy.savez"),
        ("a.kv", b"\x80\x04.", "gensim.models.KeyedVectors.load('a.kv')"),
        ("a.txt", b"1 1:0.5 3:2.0\n0 2:1.5\n" * 6, "load_svmlight_file('a.txt')"),
        ("a.xlsx", b"PK\x03\x04", "pandas.read_excel('a.xlsx')"),
        ("a.mat", b"MATLAB\x00", "scipy.io.loadmat('a.mat')"),
        ("a.db", b"SQLite format 3\0", "pandas.read_sql"),
        ("a.dat", b"\x93NUMPY", "rename it to end in .npy"),
        ("a.data", b"PAR1", "rename it to end in .parquet"),
        ("a.bin", b"\x89HDF\r\n", "Rename it to end in .h5"),
        ("a.zip", b"PK\x03\x04", "Unpack the archive first"),
        ("a", b"a,b\n", "Files with vectors end in .npy"),
    ],
)
def test_a_refusal_says_what_to_do(write, name, content, advice):
    with pytest.raises(InvalidFile) as raised:
        read(write(name, content))
    assert advice in str(raised.value)


def test_folders_of_databases_are_refused_with_what_converts_them(write, tmp_path):
    write("c/chroma.sqlite3", b"SQLite format 3\0")
    write("l/t.lance/data.bin", b"x")
    for folder, advice in (("c", "chromadb.PersistentClient('c')"), ("l", "lancedb.connect('l')")):
        with pytest.raises(InvalidFile) as raised:
            read_many([tmp_path / folder])
        assert advice in str(raised.value)


def test_a_bad_file_does_not_keep_the_others_from_opening(write):
    files = [write("bad.npy", b"no"), write("a.npy", X), write("t.csv", "x,y\na,b\nc,d\n")]
    opened, refused = read_all(files)
    assert [one.name for one in opened] == ["a"] and len(refused) == 2


# Hostile and unlucky values


def test_a_missing_vector_can_be_left_out(write):
    frame = pd.DataFrame({"emb": [*list(X[:3]), None, *list(X[4:])], "label": LABELS})
    opened = read(write("a.parquet", frame.to_parquet))
    assert opened.findings[0].sentence == "1 vector is missing or of another length (row 3)."
    assert len(space_of(opened, drop=BAD_ROWS)) == N - 1


@pytest.mark.parametrize(
    "value", ["\ud800", "a\udfff", 10**20, -(10**30), {"a": "\ud800"}, ["\ud800"], 1e400, True]
)
def test_values_that_no_table_can_hold_become_text(write, value):
    path = write("a.json", [{"v": V[0], "i": value, "\udc00k": 1}, {"v": V[1], "i": "b"}])
    opened = read(path)
    assert opened.items.columns.tolist() == ["i", "\ufffdk"]
    space = space_of(opened)
    assert space.fingerprint and pa.Table.from_pandas(space.items.astype(str)).num_rows == 2


def test_whole_numbers_of_more_than_64_bits_are_text_with_a_finding(write):
    opened = read(write("a.json", [{"v": V[0], "i": 10**20}, {"v": V[1], "i": 1}]))
    assert opened.items["i"].tolist() == ["1" + "0" * 20, "1"]
    assert any(finding.kind == "replaced" for finding in opened.findings)


def test_invalid_characters_and_dates_of_an_archive_are_told(write):
    texts = np.array([f"ab{i:02d}" for i in range(N)])
    texts.view(np.uint32)[5], texts.view(np.uint32)[9] = 0x110000, 0xD800
    dates = np.arange(N).astype("M8[D]")
    dates[2] = np.datetime64(1 << 55, "D")
    path = write("a.npz", lambda path: np.savez(path, vectors=X, texts=texts, dates=dates))
    opened = is_x(read(path))
    assert "\ufffd" in opened.items["texts"][1] and opened.items["dates"][0].startswith("1970")
    assert [finding.kind for finding in opened.findings] == ["replaced", "replaced"]
    assert space_of(opened).fingerprint


# As people's own tools write them


@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("row_names", [True, False])
@pytest.mark.parametrize("suffix", ["txt", "csv", "dat.tsv"])
def test_a_table_with_blanks_between_its_cells_keeps_its_header(write, quoted, row_names, suffix):
    mark = '"' if quoted else ""
    names = [f"{mark}V{i}{mark}" for i in range(1, D + 1)]
    lines = [[f"{mark}{row + 1}{mark}"] * row_names + list(map(str, X[row])) for row in range(N)]
    text = "\n".join(" ".join(line) for line in [names, *lines]) + "\n"
    opened = is_x(read(write(f"r.{suffix}", text)))
    assert len(opened.items.columns) == row_names


def test_the_first_word_of_word_vectors_is_no_header(write):
    words = ["the", *(f"w{i}" for i in range(1, N))]
    assert is_x(read(write("g.txt", rows(words, *X.T, mark=" ")))).items["word"][0] == "the"


@pytest.mark.parametrize("around", ["{}", "[]", "()"])
@pytest.mark.parametrize("header", ["", "id\tcity\tvec\n"])
def test_commas_in_brackets_separate_no_columns_of_a_tsv(write, around, header):
    spelled = [around[0] + ",".join(map(str, row)) + around[1] for row in X]
    text = header + rows(range(1, N + 1), ["Rome", "Oslo"] * 6, spelled, mark="\t")
    opened = is_x(read(write("pg.tsv", text)))
    assert opened.items.iloc[:, 1].tolist() == ["Rome", "Oslo"] * 6


@pytest.mark.parametrize("more", [[], [{"row": 7}]])
def test_requests_beside_their_answers_give_the_texts(write, more):
    lines = [
        [{"model": "m", "input": f"text {i}"},
         {"object": "list", "data": [{"index": 0, "embedding": X[i].tolist()}]}, *more]
        for i in range(N)
    ]  # fmt: skip
    opened = is_x(read(write("a.jsonl", "\n".join(map(json.dumps, lines)))))
    assert opened.items["input"].tolist() == [f"text {i}" for i in range(N)]


def test_requests_with_several_texts_give_each_its_own(write):
    lines = [
        [{"model": "m", "input": [f"text {i}", f"text {i + 1}"]},
         {"data": [{"index": k, "embedding": X[i + k].tolist()} for k in (0, 1)]}]
        for i in range(0, N, 2)
    ]  # fmt: skip
    opened = is_x(read(write("a.jsonl", "\n".join(map(json.dumps, lines)))))
    assert opened.items["input"].tolist() == [f"text {i}" for i in range(N)]


@pytest.mark.parametrize("following", [None, "a-uuid", 12])
def test_a_page_of_points_as_a_client_returns_it_opens(write, following):
    points = [{"id": i, "payload": {"city": "Rome"}, "vector": X[i].tolist()} for i in range(N)]
    opened = is_x(read(write("q.json", [points, following])))
    assert set(opened.items) == {"id", "city"}


@pytest.mark.parametrize("texts", [
    ["a sentence to begin with", *(f"text {i}" for i in range(1, N))],
    ["text", *(f"w{i}" for i in range(1, N))],
])  # fmt: skip
@pytest.mark.parametrize("suffix", ["tsv", "csv"])
def test_a_first_text_that_reads_like_a_name_is_an_item_where_the_counts_say_so(
    write, texts, suffix
):
    write("v.npy", X)
    write(f"meta.{suffix}", "\n".join(texts) + "\n")
    folder = write("v.npy", X).parent
    (opened,) = read_many([folder / "v.npy", folder / f"meta.{suffix}"])
    assert opened.items["meta"].tolist() == texts


def test_several_columns_of_text_without_names_keep_their_first_line(write):
    vectors = write("v.npy", X)
    words, kinds = [f"w{i}" for i in range(N)], ["noun", "verb"] * 6
    (opened,) = read_many([vectors, write("m.tsv", rows(words, kinds, mark="\t"))])
    assert opened.items.iloc[:, 0].tolist() == words
    assert opened.items.iloc[:, 1].tolist() == kinds


def test_a_file_in_a_folder_that_cannot_be_opened_is_left_out_and_said(write, tmp_path):
    write("store/index.npy", X)
    write("store/index.pkl", b"\x80\x04.")
    (opened,) = read_many([tmp_path / "store"])
    assert is_x(opened).findings[0].sentence == (
        "'index.pkl' in the folder is left out: it cannot be opened."
    )


def test_a_damaged_part_of_a_folder_of_parts_refuses_the_folder(write, tmp_path):
    write("parts/x_0.npy", X[:6])
    write("parts/x_1.npy", b"\x93NUMPY\x01\x00")
    with pytest.raises(InvalidFile, match=r"x_1\.npy"):
        read_many([tmp_path / "parts"])


def test_a_folder_of_nothing_that_can_be_opened_says_why(write, tmp_path):
    write("store/a.pkl", b"\x80\x04.")
    with pytest.raises(InvalidFile, match="pickle"):
        read_many([tmp_path / "store"])


@pytest.mark.parametrize(("line", "mark"), [
    ("sep=;", ";"), ('"sep=,"', ","), ("SEP=|", "|"), ("sep=\t", "\t"),
])  # fmt: skip
def test_what_tells_excel_the_separator_is_no_row(write, line, mark):
    table = pd.DataFrame(X).assign(label=LABELS).to_csv(index=False, sep=mark)
    opened = is_x(read(write("a.csv", f"{line}\n{table}")))
    assert opened.items["label"].tolist() == LABELS


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_numbered_columns_beside_the_vectors_are_columns(write, suffix):
    frame = pd.DataFrame({"emb": [row.tolist() for row in X]})
    frame = frame.assign(
        **{f"q{i}": [i * n for n in range(N)] for i in range(1, 6)}, x=X[:, 0], y=X[:, 1]
    )
    how = {
        "csv": lambda path: frame.to_csv(path, index=False),
        "parquet": frame.to_parquet,
        "jsonl": lambda path: frame.to_json(path, orient="records", lines=True),
    }
    opened = is_x(read(write(f"a.{suffix}", how[suffix])))
    assert opened.items["q3"].tolist() == [3 * n for n in range(N)]
    np.testing.assert_allclose(opened.items["x"], X[:, 0], rtol=1e-6)


@pytest.mark.parametrize("prefix", ["pca_", "b_emb", "dim"])
def test_the_dimensions_of_other_vectors_are_no_columns(write, prefix):
    frame = pd.DataFrame({"emb": list(X), **{f"{prefix}{i}": X[:, i] for i in range(D)}})
    assert read(write("a.parquet", frame.to_parquet)).items.empty


def test_numbers_that_float32_cannot_hold_are_not_taken_as_whole(write):
    big = [(1 << 24) + 1 + n for n in range(N)]
    frame = pd.DataFrame({"emb": list(X), **{f"n{i}": big for i in range(1, 5)}})
    items = read(write("a.parquet", frame.to_parquet)).items
    assert items["n1"].dtype.kind == "f"
    np.testing.assert_allclose(items["n1"], big, rtol=1e-7)


def test_a_sparse_matrix_is_refused_with_what_makes_it_dense(write):
    sparse = pytest.importorskip("scipy.sparse")
    path = write("t.npz", lambda path: sparse.save_npz(path, sparse.csr_matrix(np.eye(4))))
    with pytest.raises(
        InvalidFile, match=r"numpy\.save\('t\.npy', scipy\.sparse\.load_npz\('t\.npz'\)"
    ):
        read(path)
