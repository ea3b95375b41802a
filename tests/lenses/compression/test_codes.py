"""Laws of the lenses of codes: recurrent binary, shortlists, and the benchmark of all."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import NotApplicable
from core.estimates import Undefined
from core.lenses.compression._bench import Bench
from core.lenses.compression._storage import (
    CodecResult,
    ahead,
    best_within,
    front,
    probed,
    recipes,
    ways,
)
from core.lenses.compression.benchmark import benchmark
from core.lenses.compression.hamming_rerank import hamming_rerank
from core.lenses.compression.recurrent_binary import recurrent_binary
from core.progress import listening
from core.space import EmbeddingSpace


@pytest.fixture(scope="module")
def clusters():
    return recurrent_binary.example(np.random.default_rng(0)).spaces[0]


def test_recall_rises_with_the_loops_and_stays_above_the_hash(clusters):
    lines = recurrent_binary(clusters).curves.lines
    assert (np.diff(lines["recurrent binary"]) > 0).all()
    assert (lines["recurrent binary"][1:] > lines["random hash"][1:] + 0.05).all()


def test_corners_of_a_cube_need_no_rotation(rng):
    corners = np.unique(rng.choice([-1.0, 1.0], (300, 16)), axis=0)
    space = EmbeddingSpace("corners", corners, pd.DataFrame({"item": range(len(corners))}))
    assert recurrent_binary(space, loops=0).curves.levels["signs, not rotated"] == 1


def test_a_rotated_version_finds_as_much_as_the_space_itself(clusters, rng):
    turn = np.linalg.qr(rng.normal(size=(24, 24)))[0]
    version = replace(clusters, name="next", vectors=clusters.vectors @ turn)
    found = recurrent_binary(clusters, version=version)
    assert found.version_recall.value == pytest.approx(found.recall.value, abs=0.01)
    assert isinstance(recurrent_binary(clusters).version_recall, Undefined)
    other = version.take(np.arange(100))
    assert "needs the same items" in recurrent_binary(clusters, version=other).version_recall.reason


def test_a_shortlist_of_everything_is_exact(clusters):
    assert hamming_rerank(clusters, share=100.0).recall.value == pytest.approx(1)


def test_longer_shortlists_and_codes_find_more(clusters):
    found = hamming_rerank(clusters)
    for line in found.curves.lines.values():
        assert (np.diff(line) >= -1e-9).all()
    assert found.curves.lines["128 bits"][2] > found.curves.lines["16 bits"][2]
    assert found.recall.value > found.codes_alone.value


@pytest.mark.parametrize("lens", [hamming_rerank, recurrent_binary])
def test_vectors_that_are_all_equal_are_found_as_by_chance(lens):
    recall = lens(EmbeddingSpace.bare("collapsed", np.ones((120, 16)))).recall
    assert recall.value == recall.chance.value == 1


def test_chance_of_a_shortlist_counts_items_level_with_the_last_that_is_wanted(rng):
    copies = rng.normal(size=(40, 16)).repeat(30, axis=0)
    chance = hamming_rerank(EmbeddingSpace.bare("copies", copies), k=4).recall.chance.value
    n, size = 599, 24  # those held out but itself, and 4 % of them
    wanted = 30 * 599 / 1199  # copies held out, on average
    assert chance == pytest.approx(wanted * size / (n * 4), rel=0.1)
    distinct = hamming_rerank(EmbeddingSpace.bare("distinct", rng.normal(size=(1200, 16))), k=4)
    assert distinct.recall.chance.value == pytest.approx(size / n)


def test_the_front_is_what_nothing_beats():
    cost, quality = [1, 2, 2, 3, 4], [0.1, 0.5, 0.4, 0.5, 0.9]
    assert front(cost, quality).tolist() == [True, True, False, False, True]


def test_sizes_of_one_way_are_joined_from_small_to_large_and_so_is_the_front():
    sizes = {"2 axes": (8.0, 0.5), "1 axis": (4.0, 0.6), "bits": (1.0, 0.3)}
    results = [
        CodecResult(title, title.split()[1] if " " in title else title, size, 0, np.full(3, found))
        for title, (size, found) in sizes.items()
    ]
    results[1] = replace(results[1], way="axes")
    assert ways(results) == {"axes": (1, 0)}
    assert ahead(results) == (2, 1)


def test_the_probe_names_classes_that_a_plane_parts(rng):
    codes = rng.integers(3, size=300)
    rows = (np.eye(3)[codes] + 0.1 * rng.normal(size=(300, 3))).astype(np.float32)
    assert probed(rows[:150], rows[150:], (codes[:150], codes[150:])).mean() > 0.98


def test_more_budget_finds_no_fewer_neighbors(joint):
    found = [benchmark(joint, budget=bits, k=5) for bits in (1.0, 4.0, 16.0)]
    recalls = [one.recall.value for one in found]
    assert recalls == sorted(recalls)
    sizes = [one.bytes_per_item.value for one in found]
    assert all(size <= bits for size, bits in zip(sizes, (1, 4, 16), strict=True))
    assert recalls[-1] > 0.95


def test_the_advice_says_what_it_costs(joint):
    found = benchmark(joint)
    first, second, third = found.advice.rows["recommendation"]
    assert f"{found.bytes_per_item.value:,.0f} bytes an item instead of 32" in first
    assert f"costs {1 - found.recall.value:.1%}" in second
    assert "billion" in third
    assert found.pair_recall.chance.value == pytest.approx(1 / 15, abs=0.02)


def test_the_best_within_the_budget_is_told_while_others_are_tried(joint):
    stages = []
    with listening(lambda stage, _: stages.append(stage)):
        found = benchmark(joint, budget=8.0)
    n, recall = len(found.codecs.rows), f"{found.recall.value:.3f}"
    assert f"float16, 1 of {n}" in stages
    assert f"int8, 3 of {n}" in stages  # what takes 16 bits does not fit
    assert re.fullmatch(
        rf"int4, 4 of {n}; so far int8 is best, recall [01]\.\d+",
        next(stage for stage in stages if stage.startswith("int4")),
    )
    assert stages[-1].endswith(f"recall {recall}")


def test_intervals_of_all_codecs_count_that_queries_search_the_same_items(rng):
    made = EmbeddingSpace("made", rng.normal(size=(200, 16)), pd.DataFrame({"item": range(200)}))
    found = benchmark(made)
    assert found.recall.interval.method == "10 random halves of 200 items"
    rows, said = found.codecs.rows.set_index("codec"), found.advice.rows["recommendation"][0]
    best = rows.loc[next(name for name in rows.index if f"store {name}:" in said)]
    assert (best["recall from"], best["recall to"]) == pytest.approx(found.recall.ends)


def test_intervals_of_other_codecs_are_as_much_wider_as_that_of_the_best(rng):
    made = EmbeddingSpace("made", rng.normal(size=(300, 16)), pd.DataFrame({"item": range(300)}))
    bench, chosen = Bench.of(made, 10), recipes(16)[2:5]
    done = [bench.result(recipe) for recipe in chosen]
    plain = [bench.tried.estimate(one.recall) for one in done]
    times = [
        (wide.ends[1] - wide.ends[0]) / (one.ends[1] - one.ends[0])
        for wide, one in zip(bench.recalls(done, 1, chosen[1]), plain, strict=True)
    ]
    assert times == pytest.approx([max(1, times[1])] * 3)
    assert times[1] > 1.2


def test_without_any_that_fits_the_smallest_is_taken():
    results = [
        CodecResult(name, name, size, 0, np.ones(3)) for name, size in (("a", 8.0), ("b", 2.0))
    ]
    assert best_within(results, 1.0).title == "b"
    assert best_within(results, 9.0).title == "a"


def test_too_few_items_are_refused(joint):
    with pytest.raises(NotApplicable, match="needs 40 items"):
        benchmark(joint.take(np.arange(20)))
