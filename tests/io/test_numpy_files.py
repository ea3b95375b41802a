"""NumPy arrays and archives."""

import io
import zipfile

import numpy as np
import pytest

from core.errors import InvalidFile
from core.io import mapped, read, space_of


def npy_bytes(header: str, payload: bytes = b"", *, version: int = 1) -> bytes:
    text = (header + "\n").encode("latin-1")
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + payload


def claims(shape: str, descr: object = "<f4") -> str:
    return f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}"


@pytest.mark.parametrize("mapped_from", [1, 1 << 30])
def test_float32_is_shared_with_the_space_without_a_copy(path, vectors, mapped_from, monkeypatch):
    monkeypatch.setattr(mapped, "MAPPED_FROM", mapped_from)
    np.save(path.with_suffix(".npy"), vectors)
    opened = read(path.with_suffix(".npy"))
    assert isinstance(opened.vectors.base, np.memmap) is (mapped_from == 1)
    assert not opened.vectors.flags.writeable
    assert space_of(opened).vectors is opened.vectors
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.name == "given" and opened.roles == {} and len(opened.items.columns) == 0


@pytest.mark.parametrize("kind", ["<f8", ">f4", "<f2", "<i8", "u1", "?"])
def test_other_numbers_become_float32(path, vectors, kind):
    stored = (vectors * 10).astype(kind)
    np.save(path.with_suffix(".npy"), stored)
    opened = read(path.with_suffix(".npy"))
    assert opened.vectors.dtype == np.float32 and opened.vectors.flags.c_contiguous
    np.testing.assert_array_equal(opened.vectors, stored.astype(np.float32))


def test_fortran_order_is_read_in_the_right_order(path, vectors):
    np.save(path.with_suffix(".npy"), np.asfortranarray(vectors))
    np.testing.assert_array_equal(read(path.with_suffix(".npy")).vectors, vectors)


def test_float64_that_loses_digits_is_told_and_float64_that_does_not_is_not(path, vectors):
    file = path.with_suffix(".npy")
    np.save(file, vectors.astype(np.float64))
    assert not read(file).findings
    np.save(file, vectors.astype(np.float64) + 1e-12)
    (finding,) = read(file).findings
    assert finding.kind == "narrowed" and "float64" in finding.sentence


def test_whole_numbers_beyond_what_float32_holds_are_told(path):
    np.save(path.with_suffix(".npy"), np.array([[1, 2**24], [2**24 + 1, 2**63 - 1]]))
    (finding,) = read(path.with_suffix(".npy")).findings
    assert (finding.kind, finding.count) == ("narrowed", 1)


def test_float64_beyond_float32_is_found_as_infinite(path, vectors):
    stored = vectors.astype(np.float64)
    stored[3, 2] = 1e300
    np.save(path.with_suffix(".npy"), stored)
    kinds = {f.kind: f.rows.tolist() for f in read(path.with_suffix(".npy")).findings}
    assert kinds["non_finite"] == [3]


def test_bytes_after_the_array_are_told(path, vectors):
    file = path.with_suffix(".npy")
    with file.open("wb") as stream:
        np.save(stream, vectors)
        np.save(stream, vectors)
    (finding,) = read(file).findings
    assert finding.kind == "ignored"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (claims("(1000000000, 1000)"), "only .* follow: the file was cut off or forged"),
        (claims("(1000000000000000000000, 2)"), "cut off or forged"),
        (claims("(-1, 4)"), "claims the shape"),
        (claims("(2.5, 4)"), "claims the shape"),
        (claims("(True, 4)"), "claims the shape"),
        (claims("'no'"), "claims the shape"),
        (claims("(2, 2)", "|O"), "holds Python objects"),
        (claims("(2, 2)", "<c8"), "holds values of type '<c8'"),
        (claims("(2, 2)", "<f3"), "holds values of type"),
        (claims("(2,)", [("a", "<c8")]), "values of type"),
        (claims("(2,)", [("a", "<f4"), ("a", "<f4")]), "values of type"),
        (claims("(2,)", [("a", [("b", "<f4")])]), "values of type"),
        (claims("(2,)", [("a", "<f4", (1 << 40,))]), "values of type|cut off or forged"),
        (claims("(2,)", [("a", "<f4"), ("b", "|O")]), "holds Python objects"),
        ("{'shape': (2, 2)}", "cannot be understood"),
        ("{[]: 1}", "cannot be understood"),
        ("(" * 5000, "cannot be understood"),
        ("__import__('os').getcwd()", "cannot be understood"),
    ],
)
def test_a_forged_header_is_refused_before_anything_is_allocated(path, header, message):
    file = path.with_suffix(".npy")
    file.write_bytes(npy_bytes(header, bytes(64)))
    with pytest.raises(InvalidFile, match=message):
        read(file)


def test_a_header_of_gigabytes_is_refused(path):
    file = path.with_suffix(".npy")
    file.write_bytes(b"\x93NUMPY\x02\x00" + (1 << 31).to_bytes(4, "little") + b"{")
    with pytest.raises(InvalidFile, match=r"header of .* claims 2.15 GB"):
        read(file)


def test_a_pickle_inside_an_npy_is_refused_and_never_loaded(path):
    file = path.with_suffix(".npy")
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InvalidFile, match="a pickle can run any code"):
        read(file)


def test_an_array_without_two_dimensions_is_no_space(path):
    np.save(path.with_suffix(".npy"), np.zeros(5))
    with pytest.raises(InvalidFile, match=r"holds no vectors, but 'given' \(5,\)"):
        read(path.with_suffix(".npy"))


def test_more_than_the_limit_is_refused(path, vectors):
    np.save(path.with_suffix(".npy"), vectors)
    with pytest.raises(InvalidFile, match=r"would take 576 bytes in memory, more than the 100"):
        read(path.with_suffix(".npy"), limit_bytes=100)


def test_columns_of_an_npz_describe_the_items(path, vectors, species):
    file = path.with_suffix(".npz")
    np.savez(file, embeddings=vectors, labels=species, words=np.arange(24) % 7 + 1, version=3)
    opened = read(file)
    assert opened.items.columns.tolist() == ["labels", "words"]
    assert opened.roles == {"label": "labels", "length": "words"}
    assert opened.items["labels"].tolist() == species
    np.testing.assert_array_equal(opened.vectors, vectors)


def test_compressed_and_plain_npz_read_the_same(path, vectors):
    np.savez_compressed(path.with_suffix(".npz"), x=vectors, y=vectors.astype("<f8"))
    opened = read(path.with_suffix(".npz"), choose="y")
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert [choice.name for choice in opened.choices] == ["x", "y"]
    assert opened.choices[1].shape == vectors.shape


def test_an_unknown_choice_is_refused_with_those_there_are(path, vectors):
    np.savez(path.with_suffix(".npz"), x=vectors)
    with pytest.raises(InvalidFile, match=r"no vectors 'z'\. There are: 'x'"):
        read(path.with_suffix(".npz"), choose="z")


def test_a_column_of_another_length_is_left_out_and_told(path, vectors):
    np.savez(path.with_suffix(".npz"), x=vectors, labels=["a", "b"])
    opened = read(path.with_suffix(".npz"))
    assert opened.items.columns.tolist() == []
    assert "'labels' holds 2 values for 24 vectors" in opened.findings[0].sentence


def test_labels_in_one_column_are_a_column(path, vectors):
    np.savez(path.with_suffix(".npz"), x=vectors, labels=np.repeat([0, 1], 12)[:, None])
    assert read(path.with_suffix(".npz")).roles == {"label": "labels"}


def test_objects_in_an_npz_are_refused(path, vectors):
    texts = np.array(["a", None], dtype=object)
    np.savez(path.with_suffix(".npz"), x=vectors, texts=texts)
    with pytest.raises(InvalidFile, match=r"'texts.npy' holds Python objects.*dtype=str"):
        read(path.with_suffix(".npz"))


def zipped(path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(path, monkeypatch):
    monkeypatch.setattr("core.io.zips._HARMLESS", 1 << 20)
    file = path.with_suffix(".npz")
    shape = (1 << 10, 1 << 10)
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    zipped(file, ("x.npy", stream.getvalue() + bytes(1 << 22)))
    assert file.stat().st_size < 1 << 13
    with pytest.raises(InvalidFile, match=r"unpacks from .* kB to 4\.19 MB, as a zip bomb does"):
        read(file)


@pytest.mark.parametrize("name", ["../x.npy", "/x.npy", "a/../../x.npy", "..\\x.npy"])
def test_a_member_that_leads_out_of_the_archive_is_refused(path, name):
    file = path.with_suffix(".npz")
    zipped(file, (name, npy_bytes(claims("(1, 2)"), bytes(8))))
    with pytest.raises(InvalidFile, match="leads out of the archive"):
        read(file)


def test_a_member_that_claims_more_than_it_holds_is_refused(path):
    file = path.with_suffix(".npz")
    zipped(file, ("x.npy", npy_bytes(claims("(1000000, 100)"), bytes(80))))
    with pytest.raises(InvalidFile, match="cut off or forged"):
        read(file)


def test_two_members_of_one_name_are_refused(path):
    file = path.with_suffix(".npz")
    member = npy_bytes(claims("(1, 2)"), bytes(8))
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(file, ("x.npy", member), ("x.npy", member))
    with pytest.raises(InvalidFile, match="occurs twice"):
        read(file)


def test_an_unusual_packing_is_refused(path):
    file = path.with_suffix(".npz")
    zipped(file, ("x.npy", npy_bytes(claims("(1, 2)"), bytes(8))), method=zipfile.ZIP_LZMA)
    with pytest.raises(InvalidFile, match="packed in a way"):
        read(file)


def test_an_archive_without_arrays_is_refused(path):
    zipped(path.with_suffix(".npz"), ("readme.txt", b"hello"))
    with pytest.raises(InvalidFile, match="holds no arrays"):
        read(path.with_suffix(".npz"))


def test_one_row_is_a_space(path):
    np.savez(path.with_suffix(".npz"), x=np.ones((1, 4), np.float32), label=["a"])
    space = space_of(read(path.with_suffix(".npz")))
    assert len(space) == 1 and space.items["label"].tolist() == ["a"]
