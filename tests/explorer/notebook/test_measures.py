"""Lenses as a notebook calls them."""

import json

import numpy as np
import pandas as pd
import pytest

import explorer
from core.catalog import catalog
from core.errors import BadParameter, NotApplicable


@pytest.fixture
def space():
    rng = np.random.default_rng(0)
    kinds = np.repeat(["cat", "dog"], 30)
    vectors = rng.normal(size=(60, 4)) + 3 * (kinds == "cat")[:, None]
    return explorer.space((vectors, pd.DataFrame({"kind": kinds})), name="pets", label="kind")


def test_a_measure_has_the_readings_of_its_lens(space):
    found = explorer.measure(space, "classes.separability", k=5)
    direct = catalog()["classes.separability"](space, k=5)
    assert found.neighbor_purity == direct.neighbor_purity
    assert found.to_frame().loc["neighbor_purity", "value"] == direct.neighbor_purity.value
    assert list(found.items()["by_item"]) == list(direct.by_item.values)
    assert "neighbor_purity: " in repr(found)
    assert "pets" in found._repr_html_()
    assert found.plot("purity_by_class").data
    assert found.record.knobs["k"] == 5


def test_what_does_not_exist_is_named_with_what_does(space):
    with pytest.raises(BadParameter, match=r"no lens 'gap'; there are .*modality\.gap"):
        explorer.measure(space, "gap")
    with pytest.raises(NotApplicable, match="needs a 'modality' column"):
        explorer.measure(space, "modality.gap")
    with pytest.raises(BadParameter, match="no chart 'nope'"):
        explorer.measure(space, "geometry.hubness").plot("nope")


@pytest.mark.slow
def test_all_measures_are_one_table_and_the_report_a_file(space, tmp_path):
    every = explorer.measure_all(space)
    table = every.to_frame()
    assert {"geometry.hubness", "classes.separability"} <= set(table.index)
    assert np.isfinite(table.loc["classes.separability", "value"])
    assert len(every.measures) + len(every.refusals) == len(catalog())
    assert "classes.separability" in repr(every)
    assert every["geometry.hubness"].record.lens.key == "geometry.hubness"
    path = explorer.report(space, tmp_path / "report.json")
    said = json.loads(path.read_text())
    assert {one["lens"] for one in said["findings"]} == set(table.index)
