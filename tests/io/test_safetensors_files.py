"""Safetensors files."""

import json

import numpy as np
import pytest

from core.errors import InvalidFile
from core.io import mapped, read


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]], **more: object) -> bytes:
    header, content = {}, b""
    for name, (kind, shape, raw) in tensors.items():
        offsets = [len(content), len(content) + len(raw)]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": offsets}
        content += raw
    text = json.dumps(header | more).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content


def test_many_numbers_of_safetensors_are_mapped(path, vectors, monkeypatch):
    monkeypatch.setattr(mapped, "MAPPED_FROM", 1)
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
