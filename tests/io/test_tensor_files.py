"""PyTorch and safetensors files."""

import json
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
    with pytest.raises(InvalidFile, match="given.pt"):
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


def test_an_expanded_tensor_is_refused_with_what_to_do(path, torch):
    torch.save(torch.zeros(1, 8).expand(10_000, 8), path.with_suffix(".pt"))
    with pytest.raises(InvalidFile, match=r"Call .clone\(\)"):
        read(path.with_suffix(".pt"))


def test_a_model_of_other_objects_is_refused(path, torch):
    torch.save({"model": torch.nn.Linear(2, 2)}, path.with_suffix(".pt"))
    with pytest.raises(InvalidFile, match="its pickle asks for"):
        read(path.with_suffix(".pt"))


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]], **more: object) -> bytes:
    header, content = {}, b""
    for name, (kind, shape, raw) in tensors.items():
        offsets = [len(content), len(content) + len(raw)]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": offsets}
        content += raw
    text = json.dumps(header | more).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content


def test_safetensors_are_mapped(path, vectors):
    upper = (vectors.view(np.uint32) >> 16).astype("<u2")
    content = safetensors(
        {
            "features": ("F32", [24, 6], vectors.tobytes()),
            "brain": ("BF16", [24, 6], upper.tobytes()),
            "wide": ("F64", [24, 6], vectors.astype("<f8").tobytes()),
            "labels": ("I64", [24], (np.arange(24) % 3).tobytes()),
        },
        __metadata__={"format": "pt"},
    )
    file = path.with_suffix(".safetensors")
    file.write_bytes(content)
    opened = read(file)
    assert isinstance(opened.vectors.base, np.memmap)
    np.testing.assert_array_equal(opened.vectors, vectors)
    np.testing.assert_array_equal(read(file, choose="wide").vectors, vectors)
    np.testing.assert_allclose(read(file, choose="brain").vectors, vectors, rtol=1e-2)
    assert opened.roles == {"label": "labels"}


def test_the_reference_library_agrees(path, vectors):
    library = pytest.importorskip("safetensors.numpy")
    library.save_file({"a": vectors, "b": vectors[::2].copy()}, path.with_suffix(".safetensors"))
    opened = read(path.with_suffix(".safetensors"), choose="b")
    np.testing.assert_array_equal(opened.vectors, vectors[::2])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ((1 << 60).to_bytes(8, "little") + b"{}", "its header claims"),
        ((0).to_bytes(8, "little") + bytes(20), "its header claims 0 bytes"),
        ((4).to_bytes(8, "little") + b"{{{{", "cannot be understood"),
        ((2).to_bytes(8, "little") + b"[]", "cannot be understood"),
        (safetensors({"a": ("F32", [2, 3], bytes(20))}), "does not lie where"),
        (safetensors({"a": ("F32", [-2, -3], bytes(24))}), "does not lie where"),
        (safetensors({"a": ("F8", [2, 3], bytes(24))}), "values of type 'F8'"),
        (safetensors({}, a={"dtype": "F32"}), "does not lie where"),
        (safetensors({"a": ("F32", [10**9, 10**9], bytes(24))}), "does not lie where"),
    ],
)
def test_a_forged_safetensors_header_is_refused(path, content, message):
    path.with_suffix(".safetensors").write_bytes(content)
    with pytest.raises(InvalidFile, match=message):
        read(path.with_suffix(".safetensors"))
