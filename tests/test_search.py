"""Items are found by words, patterns, conditions and vectors; what cannot be read is explained."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import search
from core.errors import BadParameter, NotApplicable
from core.space import EmbeddingSpace


@pytest.fixture
def items():
    return pd.DataFrame(
        {
            "caption": ["A red cat", "a red dog", None, "blue (cat)"],
            "size": [1.5, 20, 30, np.nan],
            "Two words": ["x", "y", "x", "y"],
            "picture": [b"red", b"cat", b"", b""],
            "tags": [["red"], ["cat", "owl"], [], None],
        }
    )


def test_every_word_must_occur_in_some_column_whatever_the_case(items):
    assert search.with_words(items[["caption"]], "RED cat").tolist() == [True, False, False, False]
    assert search.with_words(items, "owl").tolist() == [False, True, False, False]


def test_a_query_of_no_words_finds_everything(items):
    assert search.with_words(items, "  ").all()


def test_words_are_taken_literally(items):
    assert search.with_words(items, "(cat)").tolist() == [False, False, False, True]


def test_an_empty_cell_holds_no_words(items):
    assert not search.with_words(items, "None").any()
    assert not search.with_words(items, "nan").any()


def test_bytes_are_not_searched(items):
    assert not search.with_words(items[["picture"]], "red").any()


def test_what_holds_a_word_more_often_or_in_fewer_words_is_more_about_it():
    texts = ["red " + "and so on " * 20, "red", "Red, a red red thing", "blue", None]
    about = search.relevance(pd.DataFrame({"text": texts}), "red")
    assert np.argsort(-about, kind="stable").tolist() == [2, 1, 0, 3, 4]
    assert about[3:].tolist() == [0, 0]
    assert about.max() < 1


@pytest.mark.parametrize("query", ["red", "RED cat", "(cat)", "owl cat", "None", "nowhere", "1.5"])
def test_what_has_all_the_words_is_relevant_and_nothing_else(items, query):
    found = search.with_words(items, query)
    assert np.array_equal(search.relevance(items, query) > 0, found)


def test_relevance_adds_words_and_columns(items):
    both, red, cat = (search.relevance(items, query)[0] for query in ("red cat", "red", "cat"))
    assert both == pytest.approx(red + cat)
    one = pd.DataFrame({"a": ["red sky", "a red red sun"]})
    two = pd.DataFrame({"a": ["red sky", "a red "], "b": ["", "red sun"]})
    assert search.relevance(one, "red") == pytest.approx(search.relevance(two, "red"))
    assert search.relevance(items.iloc[:0], "red").tolist() == []


def test_a_pattern_matches_within_a_column(items):
    assert search.matching(items, r"^a \w+ cat$").tolist() == [True, False, False, False]
    assert search.matching(items, r"(?-i)^a").tolist() == [False, True, False, False]


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?=a)", r"(a)\1"])
def test_a_bad_pattern_is_explained(items, pattern):
    with pytest.raises(BadParameter, match="cannot be read"):
        search.matching(items, pattern)


def test_a_pattern_that_hangs_other_engines_is_answered_at_once():
    items = pd.DataFrame({"text": ["a" * 5_000 + "b"]})
    assert not search.matching(items, "(a+)+$").any()


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("size > 10", [1, 2]),
        ("size IS NULL", [3]),
        ("caption LIKE '%cat%' AND size < 10", [0]),
        ("\"Two words\" = 'x'", [0, 2]),
        ("size > (SELECT 10)", [1, 2]),
        ("true", [0, 1, 2, 3]),
        ("size = NULL", []),
        ("regexp_matches(caption, 'r.d')", [0, 1]),
    ],
)
def test_a_condition_finds_the_rows_where_it_holds(items, condition, found):
    assert np.flatnonzero(search.where(items, condition)).tolist() == found


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "size >",
        "sise > 1",
        "caption",
        "sum(size) > 1",
        "true; drop table items",
        "1=1) union all select (1",
        "regexp_matches(caption, '(')",
        "size > 1 order by 1",
    ],
)
def test_a_condition_that_cannot_be_evaluated_is_explained_with_the_columns(items, condition):
    with pytest.raises(BadParameter, match=r"cannot be evaluated: .*Columns: caption, size"):
        search.where(items, condition)


@pytest.mark.parametrize(
    "condition",
    [
        "exists (select * from read_csv('{path}'))",
        "exists (select * from read_text('{path}'))",
        "exists (select * from '{path}')",
        "exists (select * from glob('/*'))",
        "exists (select * from read_csv('http://localhost:9/a.csv'))",
    ],
)
def test_a_condition_reads_no_file_and_no_address(items, condition, tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("a\n1\n")
    with pytest.raises(BadParameter, match="cannot be evaluated"):
        search.where(items, condition.format(path=path))


def test_a_condition_that_never_ends_is_stopped(items, monkeypatch):
    monkeypatch.setattr(search, "TIME_LIMIT", 0.2)
    endless = "(select sum(a.range * b.range) from range(1000000) a, range(1000000) b) > 0"
    with pytest.raises(BadParameter, match="was stopped"):
        search.where(items, endless)


@pytest.mark.parametrize(
    "greedy", ["list_sum(range(1000000000)) > 0", "repeat('x', 3000000000) > ''"]
)
def test_a_condition_that_takes_all_memory_is_stopped(items, greedy):
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of other tests, before
    with pytest.raises(BadParameter, match=r"was stopped|cannot be evaluated"):
        search.where(items, greedy)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(others, 1.5e6)  # kB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 2e5


def test_half_a_character_is_searched_for_and_in_as_one_that_is_unknown():
    items = pd.DataFrame({"text": ["ab", "a\ud800b"]}, dtype=object)
    for query in ("a\udfffb", "a\ud800b"):
        assert search.with_words(items, query).tolist() == [False, True]
        assert search.matching(items, f"^{query}$").tolist() == [False, True]
        assert search.where(items, f"text = '{query}'").tolist() == [False, True]


def test_columns_whose_names_differ_in_case_only_are_both_there():
    items = pd.DataFrame({"a": [1, 2], "A": [3, 4], "row": [0, 0]})
    assert search.where(items, "a = 2 AND A_ = 4 AND row = 0").tolist() == [False, True]


def test_an_item_is_nearest_to_its_own_vector(joint):
    similarity = search.cosines(joint, joint.vectors[7:8])
    assert similarity[7] == pytest.approx(1, abs=1e-6)
    assert np.flatnonzero(search.nearest(similarity, 1)).tolist() == [7]


def test_cosines_are_those_of_the_definition_and_do_not_depend_on_length(joint):
    query = joint.vectors[3:5].astype(float)
    direct = joint.unit.astype(float) @ (query / np.linalg.norm(query, axis=1, keepdims=True)).T
    assert search.cosines(joint, query) == pytest.approx(direct.max(axis=1), abs=1e-6)
    assert search.cosines(joint, 9 * query) == pytest.approx(direct.max(axis=1), abs=1e-6)


def test_the_nearest_are_those_of_exact_arithmetic_in_a_narrow_cone(joint):
    far = replace(joint, vectors=joint.vectors + 1e4)
    exact = far.vectors.astype(np.longdouble)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    expected = np.argsort(-(exact @ exact[7]))[:20]
    assert np.array_equal(np.argsort(-search.cosines(far, far.vectors[7]))[:20], expected)


def test_more_neighbors_hold_fewer_and_a_higher_level_holds_less(joint):
    similarity = search.cosines(joint, joint.vectors[:1])
    assert (search.nearest(similarity, 5) <= search.nearest(similarity, 9)).all()
    assert (search.above(similarity, 0.5) <= search.above(similarity, 0.2)).all()
    assert search.nearest(similarity, 10_000).all()
    assert search.above(similarity, -1).all()


def test_a_zero_item_is_like_nothing(joint):
    vectors = joint.vectors.copy()
    vectors[4] = 0
    similarity = search.cosines(replace(joint, vectors=vectors), joint.vectors[:1])
    assert np.isnan(similarity[4])
    assert not search.nearest(similarity, 10_000)[4]
    assert not search.above(similarity, -1)[4]


@pytest.mark.parametrize(
    "text",
    ["1, 2, 3", "1 2 3", "[1, 2, 3]", "1\n2\n3", " 1,2 3 ", "[[1,2,3]]", "[1 2; 3]", "(1, 2, 3)"],
)
def test_a_vector_can_be_pasted_in_any_usual_form(text):
    assert search.vector_of(text, 3).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1, 2", "must have 3 dimensions"),
        ("1, two, 3", "3 numbers"),
        ("", "must have 3 dimensions"),
        ("[1, 2", "3 numbers"),
        ("[1, null, 3]", "3 numbers"),
        ("[[1], [2, 3]]", "3 numbers"),
        ("1, nan, 3", "finite"),
        ("0 0 0", "no direction"),
    ],
)
def test_what_is_no_vector_of_the_space_is_refused(text, says):
    with pytest.raises(BadParameter, match=says):
        search.vector_of(text, 3)


def test_search_by_meaning_needs_a_known_encoder(joint):
    with pytest.raises(NotApplicable, match="is not known"):
        search.semantic(joint, "a cat")


def test_bare_vectors_have_no_text_to_search():
    bare = EmbeddingSpace("bare", np.eye(3), pd.DataFrame(index=range(3)))
    assert not search.with_words(bare.items, "a").any()
    assert not search.matching(bare.items, "a").any()
    assert search.where(bare.items, "true").all()


def test_a_query_selects_counts_and_is_cut(items):
    kinds = search.select(items, "SELECT count(*) AS n FROM items")
    assert kinds.to_dict("list") == {"n": [len(items)]}
    assert len(search.select(items, "FROM items", most=2)) == 2


@pytest.mark.parametrize(
    "query",
    [
        "DROP VIEW items",
        "SELECT 1; SELECT 2",
        "COPY items TO 'x.csv'",
        "ATTACH 'x.db'",
        "SET threads = 1",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM 'nowhere.parquet'",
        "SELECT nope FROM items",
        "",
    ],
)
def test_a_query_that_does_more_than_select_from_the_items_is_refused(items, query):
    with pytest.raises(BadParameter, match=r"The query cannot be evaluated: .+ Columns: "):
        search.select(items, query)


def test_a_vector_nested_beyond_reading_is_refused():
    with pytest.raises(BadParameter, match="A vector is 3 numbers"):
        search.vector_of("[" * 100_000, 3)
