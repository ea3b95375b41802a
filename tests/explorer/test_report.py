"""A report holds the numbers of the app, and needs nothing but itself."""

import json

import numpy as np
import pytest

from core.catalog import catalog
from core.estimates import Estimate
from explorer.cli import main

pytestmark = pytest.mark.slow  # whole pages are run


@pytest.fixture
def file(tmp_path):
    rng = np.random.default_rng(0)
    species = np.array(["cat", "dog", "owl"])[np.arange(60) % 3]
    vectors = rng.normal(size=(60, 6)).astype(np.float32) + (np.arange(60) % 3)[:, None]
    path = tmp_path / "animals.npz"
    np.savez(path, vectors=vectors, species=species)
    return path


def test_the_numbers_are_those_of_the_lenses(file, tmp_path):
    out = tmp_path / "report.json"
    assert main(["report", str(file), "--roles", "label=species", "-o", str(out)]) == 0
    written = json.loads(out.read_text())
    found = {one["lens"]: one["numbers"] for one in written["findings"]}
    from core.io import read, space_of  # noqa: PLC0415

    space = space_of(read(file), {"label": "species"})
    lens, hubness = catalog()["classes.separability"], catalog()["geometry.hubness"]
    result = lens(space)
    for reading in lens.readings:
        value = getattr(result, reading.name)
        if reading.score and isinstance(value, Estimate):
            assert found["classes.separability"][reading.name]["value"] == value.value
    assert written["findings"][0]["spaces"][0]["fingerprint"] == space.fingerprint
    assert "modality.gap" not in found
    knobs = {one["lens"]: one["knobs"] for one in written["findings"]}
    assert knobs["geometry.hubness"] == {knob.name: knob.default for knob in hubness.knobs}


def test_the_page_is_self_contained(file, tmp_path, capsys):
    out = tmp_path / "report.html"
    assert main(["report", str(file), "-o", str(out)]) == 0
    text = out.read_text()
    assert "Class separability" in text
    assert "Settings: k 10, Metric cosine." in text
    assert "prefers-color-scheme: dark" in text
    assert '<script src="' not in text
    assert "lenses on animals" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--roles", "label=colour"], "no column 'colour'; there are: 'species'"),
        (["gone.npz"], "gone.npz"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(file, extra, message, capsys):
    assert main(["report", str(file), *extra]) == 2
    assert message in capsys.readouterr().err


def test_a_role_that_does_not_exist_is_refused(file, capsys):
    with pytest.raises(SystemExit):
        main(["report", str(file), "--roles", "colour=species"])
    assert "not ROLE=COLUMN" in capsys.readouterr().err
