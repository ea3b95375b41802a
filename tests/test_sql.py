"""Items are found by conditions and asked by queries; nothing else is read, and limits hold."""

import numpy as np
import pandas as pd
import pytest

from core import search, sql
from core.errors import BadParameter
from core.space import EmbeddingSpace


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
    assert np.flatnonzero(sql.where(items, condition)).tolist() == found


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
        sql.where(items, condition)


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
        sql.where(items, condition.format(path=path))


def test_a_condition_that_never_ends_is_stopped(items, monkeypatch):
    monkeypatch.setattr(sql, "TIME_LIMIT", 0.2)
    endless = "(select sum(a.range * b.range) from range(1000000) a, range(1000000) b) > 0"
    with pytest.raises(BadParameter, match="was stopped"):
        sql.where(items, endless)


@pytest.mark.parametrize(
    "greedy", ["list_sum(range(1000000000)) > 0", "repeat('x', 3000000000) > ''"]
)
def test_a_condition_that_takes_all_memory_is_stopped(items, greedy):
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of other tests, before
    with pytest.raises(BadParameter, match=r"was stopped|cannot be evaluated"):
        sql.where(items, greedy)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(others, 1.5e6)  # kB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 2e5


def test_half_a_character_is_searched_for_and_in_as_one_that_is_unknown():
    items = pd.DataFrame({"text": ["ab", "a\ud800b"]}, dtype=object)
    for query in ("a\udfffb", "a\ud800b"):
        assert search.with_words(items, query).tolist() == [False, True]
        assert search.matching(items, f"^{query}$").tolist() == [False, True]
        assert sql.where(items, f"text = '{query}'").tolist() == [False, True]


def test_columns_whose_names_differ_in_case_only_are_both_there():
    items = pd.DataFrame({"a": [1, 2], "A": [3, 4], "row": [0, 0]})
    assert sql.where(items, "a = 2 AND A_ = 4 AND row = 0").tolist() == [False, True]


def test_bare_vectors_have_no_text_to_search():
    bare = EmbeddingSpace("bare", np.eye(3), pd.DataFrame(index=range(3)))
    assert not search.with_words(bare.items, "a").any()
    assert not search.matching(bare.items, "a").any()
    assert sql.where(bare.items, "true").all()


def test_a_query_selects_counts_and_is_cut(items):
    kinds = sql.select(items, "SELECT count(*) AS n FROM items")
    assert kinds.to_dict("list") == {"n": [len(items)]}
    assert len(sql.select(items, "FROM items", most=2)) == 2


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
        sql.select(items, query)
