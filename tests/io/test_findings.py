"""What is wrong with data is counted, and mended only with consent."""

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidSpace
from core.io import BAD_ROWS, read, space_of
from core.io.findings import item_findings, vector_findings


def found(vectors):
    findings = vector_findings(np.asarray(vectors, np.float32))
    return {finding.kind: (finding.count, finding.rows.tolist()) for finding in findings}


def test_good_vectors_have_no_findings(rng):
    assert found(rng.normal(size=(50, 4))) == {}


def test_nan_infinite_zero_and_repeated_vectors_are_counted_with_their_rows(rng):
    vectors = rng.normal(size=(20, 4))
    vectors[3, 1], vectors[5, 0], vectors[7] = np.nan, -np.inf, 0
    vectors[9] = vectors[2]
    vectors[11] = vectors[2]
    assert found(vectors) == {
        "non_finite": (2, [3, 5]),
        "zero": (1, [7]),
        "duplicate": (2, [9, 11]),
    }


def test_zeros_of_either_sign_are_equal_and_bad_vectors_are_no_duplicates():
    same = [[0.0, 1], [-0.0, 1], [np.nan, 1], [np.nan, 1], [0, 0], [-0.0, 0], [2, 3]]
    assert found(same) == {
        "non_finite": (2, [2, 3]),
        "zero": (2, [4, 5]),
        "duplicate": (1, [1]),
    }


def test_vectors_with_equal_digests_are_still_compared(monkeypatch, rng):
    monkeypatch.setattr("core.io.findings._bits", lambda block: np.zeros(block.shape, np.uint32))
    vectors = rng.normal(size=(6, 3))
    vectors[4] = vectors[0]
    assert found(vectors) == {"duplicate": (1, [4])}


def test_blocks_do_not_change_what_is_found(monkeypatch, rng):
    vectors = rng.integers(0, 2, size=(60, 3))
    whole = found(vectors)
    monkeypatch.setattr("core.io.findings._BLOCK", 48)
    assert found(vectors) == whole and "duplicate" in whole


def test_constant_dimensions_are_counted_among_finite_rows(rng):
    vectors = rng.normal(size=(9, 4))
    vectors[:, 2] = 5
    vectors[4, 2] = np.nan
    assert found(vectors)["constant_dimension"] == (1, [])
    assert found([[1, 2]]) == {}


def test_constant_and_mixed_columns_are_told():
    items = pd.DataFrame({"a": [1, 1], "b": ["x", 2], "c": [1, 2], "d": [None, "x"]})
    items["b"] = items["b"].astype(object)
    assert [(finding.kind, finding.sentence) for finding in item_findings(items)] == [
        ("constant_column", "2 columns have a single value: 'a', 'd'."),
        ("mixed_column", "The column 'b' mixes numbers and text."),
    ]


def test_a_sentence_names_the_first_rows(rng):
    vectors = rng.normal(size=(20, 4)).astype(np.float32)
    vectors[5:12] = np.inf
    (finding,) = vector_findings(vectors)
    assert finding.sentence == "7 vectors hold NaN or infinity (rows 5, 6, 7, 8, 9, ...)."
    assert finding.remedy == "drop"


@pytest.fixture
def damaged(path, vectors, species):
    broken = vectors.copy()
    broken[3], broken[8, 2] = 0, np.nan
    np.savez(path.with_suffix(".npz"), x=broken, label=species)
    return read(path.with_suffix(".npz"))


def test_nothing_is_dropped_without_consent(damaged):
    with pytest.raises(InvalidSpace, match="1 vector with NaN or infinite values"):
        space_of(damaged)


def test_rows_are_dropped_by_kind_and_the_others_keep_their_number(damaged, species):
    space = space_of(damaged, drop={"non_finite"})
    assert len(space) == 23 and space.n_zero == 1
    assert 8 not in space.items.index and space.items.loc[9, "label"] == species[9]
    assert space_of(damaged, drop={"non_finite", "zero"}).n_zero == 0


def test_the_person_has_the_last_word_on_roles(damaged):
    space = space_of(damaged, {"group": "label"}, drop={"non_finite"})
    assert dict(space.roles) == {"group": "label"}


def test_dropping_everything_is_refused(path):
    np.save(path.with_suffix(".npy"), np.full((3, 2), np.nan, np.float32))
    with pytest.raises(InvalidSpace, match="Nothing is left of 'given': all 3 vectors"):
        space_of(read(path.with_suffix(".npy")), drop=BAD_ROWS)


def test_a_file_is_opened_without_a_look_for_what_nobody_asked(path, damaged, monkeypatch):
    np.savez(path.with_suffix(".npz"), x=damaged.vectors[:8])
    monkeypatch.setattr("core.io.reading.vector_findings", lambda *_: pytest.fail("looked"))
    assert len(space_of(read(path.with_suffix(".npz")))) == 8
    with pytest.raises(InvalidSpace, match=r"1 vector with NaN .*\(row 8\)"):
        space_of(damaged)
