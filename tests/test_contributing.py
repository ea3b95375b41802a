"""The examples in CONTRIBUTING.md work as they stand."""

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from core.lens import Lens
from core.transform import Transform

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LENS, TEST, TRANSFORM = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
NAME = "core.lenses.geometry.norm_spread"


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Import source text under a module name, for the time of one test."""

    def load(source, name):
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        spec = spec_from_file_location(name, path)
        made = module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, made)
        spec.loader.exec_module(made)
        return made

    return load


def test_the_lens_gives_its_known_answer(module, joint):
    lens: Lens = module(LENS, NAME).norm_spread
    assert lens.key == "geometry.norm_spread"
    example = lens.example(np.random.default_rng(0))
    (low, high), found = example.expected["spread"], lens(*example.spaces)
    assert low <= found.spread.value <= high
    assert lens(joint).by_item.values.shape == (len(joint),)


def test_the_tests_of_the_lens_pass(module, joint):
    module(LENS, NAME)
    tests = [
        value
        for name, value in vars(module(TEST, "test_norm_spread")).items()
        if name.startswith("test_")
    ]
    assert len(tests) == 5
    for test in tests:
        test(joint)


def test_the_transform_transforms(module, joint):
    transform: Transform = module(TRANSFORM, "core.transforms.example").TRANSFORM
    clipped = transform(joint, share=5.0)
    low, high = np.percentile(joint.vectors, [5, 95], axis=0)
    assert (clipped.vectors >= low.astype(np.float32)).all()
    assert (clipped.vectors <= high.astype(np.float32)).all()
    assert clipped.items.equals(joint.items)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (LENS, "core/lenses/geometry/norm_spread.py"),
        (TEST, "tests/lenses/geometry/test_norm_spread.py"),
        (TRANSFORM, "core/transforms/example.py"),
    ],
    ids=["lens", "test", "transform"],
)
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_the_linter_has_nothing_to_say(command, source, path):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", "--stdin-filename", path, "-"],
        input=source.encode(),
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
