"""The data model keeps what it promises."""

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidSpace, NotApplicable
from core.origin import EncoderId
from core.space import EmbeddingSpace


def bare(vectors, **roles):
    return EmbeddingSpace("bare", vectors, pd.DataFrame(index=range(len(vectors))), roles)


def test_vectors_become_read_only_float32_and_the_caller_keeps_a_copy():
    given = np.ones((3, 2))
    space = bare(given)
    given[0] = 7
    assert space.vectors.dtype == np.float32
    assert space.vectors[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        space.vectors[0] = 0


def test_a_read_only_float32_array_is_shared(rng):
    vectors = rng.normal(size=(5, 2)).astype(np.float32)
    vectors.setflags(write=False)
    assert bare(vectors).vectors is vectors


def test_a_memory_map_stays_mapped(tmp_path, rng):
    np.save(tmp_path / "a.npy", rng.normal(size=(5, 2)).astype(np.float32))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert isinstance(bare(mapped).vectors, np.memmap)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.ones(3), "2-D array"),
        (np.ones((3, 0)), "2-D array"),
        (np.array([[np.nan, 1], [1, 1]]), "1 vector with NaN"),
    ],
)
def test_what_is_no_space_is_refused(vectors, message):
    with pytest.raises(InvalidSpace, match=message):
        bare(vectors)


def test_counts_that_differ_are_refused():
    with pytest.raises(InvalidSpace, match="2 vectors but 3 items"):
        EmbeddingSpace("odd", np.ones((2, 2)), pd.DataFrame(index=range(3)))


def test_an_index_that_repeats_is_refused():
    with pytest.raises(InvalidSpace, match="unique index"):
        EmbeddingSpace("odd", np.ones((2, 2)), pd.DataFrame(index=[1, 1]))


def test_a_role_must_point_to_a_column():
    with pytest.raises(InvalidSpace, match="'label' points to 'gone'"):
        bare(np.ones((2, 2)), label="gone")


def test_unit_vectors_have_length_one_and_zero_stays_zero():
    space = bare(np.array([[3.0, 4], [0, 0]]))
    assert np.allclose(space.unit, [[0.6, 0.8], [0, 0]])
    assert space.n_zero == 1


def test_unit_vectors_are_not_copied(rng):
    vectors = rng.normal(size=(9, 4))
    space = bare(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert space.unit is space.vectors


def test_fingerprint_changes_with_vectors_items_and_roles(joint):
    moved = joint.vectors.copy()
    moved[3, 3] += 1
    relabeled = joint.items.copy()
    relabeled.loc[4, "species"] = "emu"
    others = [
        replace(joint, vectors=moved),
        replace(joint, items=relabeled),
        replace(joint, roles={"label": "species"}),
    ]
    assert len({joint.fingerprint, *(space.fingerprint for space in others)}) == 4
    assert replace(joint, name="renamed").fingerprint == joint.fingerprint


def test_vectors_that_several_spaces_share_are_hashed_once(joint, monkeypatch):
    made, real = [], hashlib.blake2b
    monkeypatch.setattr(
        "core.vectors.hashlib.blake2b", lambda *a, **k: made.append(1) or real(*a, **k)
    )
    space = replace(joint, vectors=joint.vectors.copy())
    others = [replace(space, name="another"), replace(space, roles={})]
    assert len({one.fingerprint for one in (space, *others)}) == 2
    assert space.fingerprint == joint.fingerprint and len(made) <= 2  # that of joint too


def test_vectors_that_were_found_finite_are_not_looked_at_again(joint, monkeypatch):
    monkeypatch.setattr("core.vectors.finite_rows", lambda _: pytest.fail("looked at again"))
    assert replace(joint, name="another").vectors is joint.vectors


def test_an_array_at_the_address_of_another_has_its_own_fingerprint(rng):
    prints = {bare(rng.normal(size=(50, 3))).fingerprint for _ in range(200)}  # freed one by one
    assert len(prints) == 200


def test_values_come_most_frequent_first_and_ties_by_name():
    items = pd.DataFrame({"kind": ["b", "a", "c", "c", None]})
    space = EmbeddingSpace("k", np.ones((5, 2)), items, {"label": "kind"})
    assert space.values("label") == ("c", "(none)", "a", "b")
    codes, names = space.codes("label")
    assert [names[code] for code in codes] == ["b", "a", "c", "c", "(none)"]


def test_a_missing_role_says_where_to_choose_one(joint):
    with pytest.raises(NotApplicable, match=r"no 'label' column. Choose one"):
        replace(joint, roles={}).column("label")
    bare = replace(joint, items=joint.items[[]], roles={})
    with pytest.raises(NotApplicable, match="No column is left to choose: open the vectors with"):
        bare.column("label")


def test_lengths_are_numbers_and_nan_where_empty():
    items = pd.DataFrame({"n": ["12", None, 3]})
    space = EmbeddingSpace("k", np.ones((3, 2)), items, {"length": "n"})
    assert np.array_equal(space.lengths(), [12, np.nan, 3], equal_nan=True)
    wrong = EmbeddingSpace("k", np.ones((1, 2)), pd.DataFrame({"n": ["long"]}), {"length": "n"})
    with pytest.raises(NotApplicable, match="must hold numbers"):
        wrong.lengths()


def test_a_part_keeps_the_identity_of_its_items(joint):
    part = joint.where(joint.names("label") == "cat")
    assert len(part) == 40
    assert part.items.index.tolist() == joint.items.index[joint.items["species"] == "cat"].tolist()


def test_asking_for_fewer_neighbors_computes_nothing(joint):
    many = joint.neighbors(10)
    few = joint.neighbors(3)
    assert few.k == 3
    assert np.shares_memory(few.indices, many.indices)


@pytest.mark.parametrize(
    ("encoder", "said"),
    [
        (EncoderId("open_clip", "ViT-B-32", "openai"), "ViT-B-32 openai"),
        (EncoderId("open_clip", "hf-hub:org/name"), "name"),
        (EncoderId("open_clip", "/x/small.json", "/x/last.pt"), "small.json x/last.pt"),
        (EncoderId("open_clip", "/x/small.json", "/x/tuned.pt"), "small.json tuned.pt"),
        (EncoderId("open_clip", "/x/m/", options=(("layer", "3"),)), "m, layer 3"),
        (
            EncoderId("open_clip", "m", options=(("pooling", "cls + mean"),)),
            "m, pooling cls + mean",
        ),
        (EncoderId("x", "m", options=(("prompt", "passage: "),)), "m, prompt 'passage: '"),
    ],
)
def test_an_encoder_is_called_by_the_last_parts_of_its_paths(encoder, said):
    assert str(encoder) == said


def test_what_is_written_to_its_items_is_written_to_a_copy(joint):
    before = joint.fingerprint
    given = joint.items
    given["kind"] = "other"
    given.loc[0, "species"] = "cow"
    given.insert(0, "new", 1)
    assert joint.items["kind"].tolist() == ["image", "text"] * 60
    assert "new" not in joint.items
    assert replace(joint).fingerprint == before


def test_what_is_written_to_the_table_a_space_was_made_of_does_not_reach_it():
    items = pd.DataFrame({"label": ["a", "b"]})
    made = EmbeddingSpace("made", np.eye(2), items)
    items.loc[0, "label"] = "c"
    assert made.items["label"].tolist() == ["a", "b"]


@pytest.mark.parametrize("roles", [{}, {"pair": "pair"}, {"pair": "pair", "modality": "kind"}])
def test_items_stand_in_an_order_of_their_own(joint, roles, rng):
    space = replace(joint, roles=roles)
    order = rng.permutation(len(space))
    moved = replace(space, vectors=space.vectors[order], items=space.items.iloc[order])
    assert (order[moved.standing] == space.standing).all()
    assert sorted(space.standing) == list(range(len(space)))
    assert (space.canonical.items.index == space.standing).all()


def test_without_columns_the_vectors_say_what_an_item_is(rng):
    vectors = rng.normal(size=(50, 3)).astype(np.float32)
    order = rng.permutation(50)
    space, moved = (
        EmbeddingSpace("plain", rows, pd.DataFrame(index=range(50)))
        for rows in (vectors, vectors[order])
    )
    assert (order[moved.standing] == space.standing).all()


def test_neighbors_are_those_of_the_items_wherever_they_stand(joint, rng):
    order = rng.permutation(len(joint))
    moved = joint.take(order)
    there, here = moved.neighbors(5), joint.neighbors(5)
    assert (order[there.indices] == here.indices[order]).all()
    assert (there.distances == here.distances[order]).all()


def test_an_empty_cell_is_no_value_that_is_known():
    items = pd.DataFrame({"label": ["b", None, "a", "b"]})
    space = EmbeddingSpace("s", np.ones((4, 2)), items, {"label": "label"})
    assert space.values("label") == ("b", "(none)", "a")
    assert space.known_values("label") == ("b", "a")
