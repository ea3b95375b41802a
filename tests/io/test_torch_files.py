"""PyTorch files."""

import pickle
import zipfile

import numpy as np
import pytest

from core.errors import InvalidFile
from core.io import read


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def test_a_tensor_is_mapped(path, vectors, torch):
    torch.save(torch.tensor(vectors), path.with_suffix(".pt"))
    opened = read(path.with_suffix(".pt"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert not opened.vectors.flags.writeable and not opened.vectors.flags.owndata


def test_tensors_and_lists_of_a_dictionary_are_read(path, vectors, species, torch):
    features = torch.nn.Parameter(torch.tensor(vectors))
    content = {
        "features": features,
        "labels": species,
        "index": torch.arange(24) % 4,
        "nested": {"half": torch.tensor(vectors).half(), "brain": torch.tensor(vectors).bfloat16()},
        "epoch": 3,
    }
    torch.save(content, path.with_suffix(".pth"))
    opened = read(path.with_suffix(".pth"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.roles == {"label": "labels", "position": "index"}
    assert [c.name for c in opened.choices] == ["features", "nested.half", "nested.brain"]
    brain = read(path.with_suffix(".pth"), choose="nested.brain").vectors
    np.testing.assert_array_equal(brain, torch.tensor(vectors).bfloat16().float().numpy())


def test_a_vector_for_each_key_is_read_with_the_keys(path, vectors, torch):
    torch.save({f"protein {i}": torch.tensor(v) for i, v in enumerate(vectors)}, path)
    path.rename(path.with_suffix(".pt"))
    opened = read(path.with_suffix(".pt"))
    np.testing.assert_array_equal(opened.vectors, vectors)
    assert opened.items["names"][2] == "protein 2"


def test_a_list_of_vectors_is_read(path, vectors, torch):
    torch.save([torch.tensor(v) for v in vectors], path.with_suffix(".pt"))
    np.testing.assert_array_equal(read(path.with_suffix(".pt")).vectors, vectors)


def test_a_view_of_a_tensor_is_read(path, vectors, torch):
    torch.save(torch.tensor(vectors).T[:4], path.with_suffix(".pt"))
    np.testing.assert_array_equal(read(path.with_suffix(".pt")).vectors, vectors.T[:4])


def repickled(file, content: bytes):
    """A PyTorch file with another pickle in it."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, stored in members.items():
            archive.writestr(name, content if name.endswith("data.pkl") else stored)


class Hostile:
    """What would run if it were unpickled."""

    def __reduce__(self):
        return eval, ("open('/tmp/never', 'w')",)


def test_a_pickle_that_would_run_code_is_refused_unread(path, vectors, torch):
    file = path.with_suffix(".pt")
    torch.save(torch.tensor(vectors), file)
    repickled(file, pickle.dumps(Hostile(), protocol=2))
    with pytest.raises(InvalidFile, match=r"asks for '__builtin__.eval', and a pickle can run any"):
        read(file)
    repickled(file, pickle.dumps(Hostile(), protocol=4))
    with pytest.raises(InvalidFile, match="its pickle uses"):
        read(file)


def test_a_bare_pickle_is_refused(path):
    path.with_suffix(".pt").write_bytes(pickle.dumps({"a": [1.0]}))
    with pytest.raises(InvalidFile, match=r"it is a pickle\. A pickle can run any code"):
        read(path.with_suffix(".pt"))


@pytest.mark.parametrize(
    "damage", [b"", b"\x80\x02", b"\x80\x02}q\x00R.", b"\x80\x02(t", b"K\x05."]
)
def test_a_damaged_pickle_is_refused(path, vectors, torch, damage):
    file = path.with_suffix(".pt")
    torch.save(torch.tensor(vectors), file)
    repickled(file, damage)
    with pytest.raises(InvalidFile, match=r"given\.pt"):
        read(file)


def test_a_tensor_that_claims_more_than_the_file_holds_is_refused(path, torch):
    file = path.with_suffix(".pt")
    torch.save(torch.zeros(100, 8), file)
    with zipfile.ZipFile(file) as archive:
        content = archive.read("given/data.pkl")
    assert b"KdK\x08\x86" in content
    repickled(file, content.replace(b"KdK\x08\x86", b"J\x00\x00\x10\x00K\x08\x86"))
    with pytest.raises(InvalidFile, match=r"claims 33\.6 MB, and the file has"):
        read(file)
    repickled(file, content.replace(b"KdK\x08\x86", b"J\x00\x00\x00\x40K\x08\x86"))
    with pytest.raises(InvalidFile, match=r"more than the 8\.59 GB allowed"):
        read(file)


def test_one_vector_that_stands_for_many_items_is_refused(path, torch):
    torch.save([torch.zeros(1000)] * 10_000, path.with_suffix(".pt"))
    with pytest.raises(InvalidFile, match=r"'given' claims 40 MB, and the file has"):
        read(path.with_suffix(".pt"))


@pytest.mark.parametrize(
    "content", [b"\x80\x02]q\x00h\x00a.", b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."]
)
def test_a_list_or_dictionary_in_itself_is_refused(path, vectors, torch, content):
    file = path.with_suffix(".pt")
    torch.save(torch.tensor(vectors), file)
    repickled(file, content)
    with pytest.raises(InvalidFile, match="holds no vectors, but nothing"):
        read(file)


def test_an_expanded_tensor_is_refused_with_what_to_do(path, torch):
    torch.save(torch.zeros(1, 8).expand(10_000, 8), path.with_suffix(".pt"))
    with pytest.raises(InvalidFile, match=r"Call .clone\(\)"):
        read(path.with_suffix(".pt"))


def test_a_model_of_other_objects_is_refused(path, torch):
    torch.save({"model": torch.nn.Linear(2, 2)}, path.with_suffix(".pt"))
    with pytest.raises(InvalidFile, match="its pickle asks for"):
        read(path.with_suffix(".pt"))
