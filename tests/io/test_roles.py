"""Roles are guessed from names and from what the columns hold."""

import numpy as np
import pandas as pd
import pytest

from core.io import guess_roles
from core.io.names import dimension_groups, modality_of, words
from core.io.role_names import names_role
from core.io.roles import other_labels

N = 40
CLASSES = ["cat", "dog", "owl", "fox"] * 10
SENTENCES = [f"This is the sentence with number {i}." for i in range(N)]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("name", "values", "role"),
    [
        ("label", CLASSES, "label"),
        ("y", [0, 1] * 20, "label"),
        ("target", [0, 1] * 20, "label"),
        ("class_name", CLASSES, "label"),
        ("anything", CLASSES, "label"),
        ("target", np.linspace(0, 1, N), "target"),
        ("rating", np.linspace(0, 5, N), "target"),
        ("objects", ["red circle, blue ring", "blue ring, bar"] * 20, "tags"),
        ("keywords", ["a; b", "b; c", "c; a", "a"] * 10, "tags"),
        ("modality", ["a", "b"] * 20, "modality"),
        ("kind", ["image", "text"] * 20, "modality"),
        ("whatever", ["image", "text"] * 20, "modality"),
        ("pair", np.repeat(range(20), 2), "pair"),
        ("pair_id", range(N), "pair"),
        ("imageId", np.repeat(range(20), 2), "pair"),
        ("caption", SENTENCES, "text"),
        ("something", SENTENCES, "text"),
        ("word", [f"w{i}" for i in range(N)], "text"),
        ("picture", [PNG] * N, "image"),
        ("path", [f"a/{i}.JPG" for i in range(N)], "image"),
        ("blob", [f"data:image/png;base64,{i}" for i in range(N)], "image"),
        ("n_tokens", range(1, N + 1), "length"),
        ("words", range(1, N + 1), "length"),
        ("patient", CLASSES, "group"),
        ("step", range(N), "position"),
        ("level", ["phase", "step"] * 5 + [None] * 30, "level"),
        ("site", ["a", "b", "c", "d"] * 10, "domain"),
        ("split", ["train", "test"] * 20, "side"),
    ],
)
def test_a_column_gets_the_role_its_name_and_values_speak_of(name, values, role):
    assert guess_roles(pd.DataFrame({name: values})) == {role: name}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("label", np.linspace(0, 1, N)),
        ("label", range(N)),
        ("image_id", range(N)),
        ("image", range(N)),
        ("length", -np.arange(N)),
        ("length", np.full(N, np.inf)),
        ("split", range(N)),
        ("level", ["low", "high"] * 20),
        ("kind", ["a", "b", "c", "d"] * 10),
        ("sepal length", np.linspace(0, 1, N)),
        ("text", range(N)),
        ("text", [None] * N),
        ("box", ['{"a": [1, 2, 3, 4, 5, 6, 7]}'] * N),
    ],
)
def test_a_name_is_not_enough(name, values):
    role = names_role(name)
    assert role not in guess_roles(pd.DataFrame({name: pd.Series(values)}))


def test_each_column_gets_one_role_and_the_best_name_wins():
    items = pd.DataFrame(
        {
            "text_label": CLASSES,
            "label": CLASSES[::-1],
            "caption": SENTENCES,
            "title": SENTENCES[::-1],
            "pair": np.repeat(range(20), 2),
            "n_words": range(1, N + 1),
        }
    )
    roles = guess_roles(items)
    assert roles == {"label": "label", "pair": "pair", "text": "caption", "length": "n_words"}


def test_empty_cells_do_not_hide_a_role():
    items = pd.DataFrame({"caption": SENTENCES, "picture": [PNG] * N})
    items.loc[::2, "caption"] = None
    items.loc[1::2, "picture"] = None
    assert guess_roles(items) == {"text": "caption", "image": "picture"}


def test_no_columns_and_no_rows_have_no_roles():
    assert guess_roles(pd.DataFrame(index=range(5))) == {}
    assert guess_roles(pd.DataFrame({"label": [], "text": []})) == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("imageID_2", ("image", "id", "2")),
        ("n tokens", ("n", "tokens")),
        ("CLIPFeatures", ("clip", "features")),
        ("\u00e9t\u00e9", ("t",)),
    ],
)
def test_names_fall_into_words(name, expected):
    assert words(name) == expected


def test_names_speak_of_modalities():
    assert modality_of("image_features") == ("image", "features")
    assert modality_of("clip-txt-emb") == ("text", "clip_emb")
    assert modality_of("features") is None


@pytest.mark.parametrize(
    ("columns", "groups"),
    [
        (["dim_0", "dim_1"], {"dim (2 columns)": ["dim_0", "dim_1"]}),
        (["1", "2", "3"], {"vectors (3 columns)": ["1", "2", "3"]}),
        (["e10", *(f"e{i}" for i in range(10))], {"e (11 columns)": [f"e{i}" for i in range(11)]}),
        (
            ["x", "y", "umap_1", "umap_2"],
            {"umap (2 columns)": ["umap_1", "umap_2"], "position (2 columns)": ["x", "y"]},
        ),
        (["score1", "score2"], {}),
        (["q1", "q2", "q3", "q4"], {"q (4 columns)": ["q1", "q2", "q3", "q4"]}),
        (["dim_0", "dim_2"], {}),
        (["year", "count"], {}),
    ],
)
def test_numbered_columns_are_the_dimensions_of_vectors(columns, groups):
    assert dimension_groups(columns) == groups


def test_a_name_of_an_outcome_is_the_label_before_a_place():
    items = pd.DataFrame({"city": ["Rome", "Oslo", "Bern", "Kiel"] * 10, "churn": [0, 1] * 20})
    roles = guess_roles(items)
    assert roles["label"] == "churn"
    assert other_labels(items, roles) == ()  # its name says it


def test_a_place_is_the_label_only_where_nothing_better_is_there():
    items = pd.DataFrame({"city": ["Rome", "Oslo", "Bern", "Kiel"] * 10, "plan": ["a", "b"] * 20})
    roles = guess_roles(items)
    assert roles["label"] == "plan"
    assert other_labels(items, roles) == ("city",)  # which is said
    alone = items[["city"]]
    assert guess_roles(alone)["label"] == "city"
    assert other_labels(alone, guess_roles(alone)) == ()


def test_the_finest_column_of_classes_that_can_be_told_apart_is_the_label():
    n = 2_000
    items = pd.DataFrame(
        {name: [f"{name} {i % k}" for i in range(n)] for name, k in (("floor", 5), ("wing", 20))}
    )
    assert guess_roles(items)["label"] == "wing"
    authors = items.assign(poster=[f"poster {i % 300}" for i in range(n)])
    assert guess_roles(authors)["label"] == "wing"
    assert other_labels(authors, guess_roles(authors)) == ("floor", "poster")
    many = authors[["poster"]].assign(tool=[f"tool {i % 80}" for i in range(n)])
    assert guess_roles(many)["label"] == "tool"


def test_what_queries_ask_for_is_a_pair():
    n = 40
    items = pd.DataFrame(
        {
            "side": ["query"] * n + ["target"] * n,
            "task": (["names"] * 20 + ["places"] * 20) * 2,
            "target": [*range(n), *range(n)],
        }
    )
    assert guess_roles(items) == {"pair": "target", "side": "side", "label": "task"}
    parts = items.rename(columns={"target": "paragraph"})
    assert guess_roles(parts)["pair"] == "paragraph"
    trained = items.assign(side=["train"] * n + ["test"] * n)
    assert "pair" not in guess_roles(trained)


def test_rows_of_a_video_are_a_group_in_their_order():
    items = pd.DataFrame({"video": ["a"] * 30 + ["b"] * 30, "frame": [*range(30), *range(30)]})
    items["phase"] = ["start", "end"] * 30
    assert guess_roles(items) == {"label": "phase", "group": "video", "position": "frame"}
