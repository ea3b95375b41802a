"""What is finished stays so, however a run ends."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from core.encoders.kept import Finished, sweep


def key(at: int) -> bytes:
    return at.to_bytes(16, "little")


def vector(at: int) -> np.ndarray:
    return np.random.default_rng(at).normal(size=8).astype(np.float32)


def written(folder, n):
    kept = Finished(folder)
    for start in range(0, n, 5):
        rows = range(start, start + 5)
        kept.add({key(at): vector(at) for at in rows}, {key(at): b"%d" % at for at in rows})
    return kept


def same(kept, rows):
    np.testing.assert_array_equal(
        kept.vectors([key(at) for at in rows]), [vector(at) for at in rows]
    )
    assert [kept.thumbnail(key(at)) for at in rows] == [b"%d" % at for at in rows]


def test_what_was_added_is_found_in_this_run_and_the_next_in_any_order(tmp_path):
    same(written(tmp_path, 20), [7, 3, 19])
    kept = Finished(tmp_path)
    assert len(kept) == 20
    assert key(20) not in kept
    same(kept, [7, 3, 19])


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path):
    first, second = Finished(tmp_path), Finished(tmp_path)
    first.add({key(0): vector(0)}, {key(0): b"0"})
    second.add({key(1): vector(1)}, {key(1): b"1"})
    first.add({key(2): vector(2)}, {key(2): b"2"})
    same(Finished(tmp_path), [0, 1, 2])


@pytest.mark.parametrize("suffix", [".vectors", ".small", ".rows"])
@pytest.mark.parametrize("lost", [1, 7, 40, 300])
def test_a_file_cut_off_anywhere_loses_its_end_and_nothing_else(tmp_path, suffix, lost):
    written(tmp_path, 20)
    (path,) = tmp_path.glob(f"*{suffix}")
    path.write_bytes(path.read_bytes()[:-lost])
    kept = Finished(tmp_path)
    left = [at for at in range(20) if key(at) in kept]
    assert len(left) < 20
    if left:
        same(kept, left)


def test_zeros_where_a_vector_was_are_noticed(tmp_path):
    written(tmp_path, 20)
    (path,) = tmp_path.glob("*.vectors")
    data = bytearray(path.read_bytes())
    data[5 * 32 : 6 * 32] = bytes(32)
    path.write_bytes(data)
    kept = Finished(tmp_path)
    assert [at for at in range(20) if key(at) not in kept] == [5]


@pytest.mark.slow
def test_a_process_killed_while_it_writes_loses_nothing_that_it_had_finished(tmp_path):
    writes = (
        "import sys; from pathlib import Path; from core.encoders.kept import Finished\n"
        "from tests.encoders.test_kept import key, vector\n"
        f"kept = Finished(Path({str(tmp_path)!r}))\n"
        "for at in range(10**6):\n"
        "    kept.add({key(at): vector(at)}, {key(at): b'%d' % at}); print(at, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", writes], stdout=subprocess.PIPE)
    with process:
        for _ in range(200):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().splitlines()
    kept = Finished(tmp_path)
    last = int(said[-1]) if said else 199
    same(kept, range(last + 1))


def test_vectors_of_two_widths_are_told_apart(tmp_path):
    kept = Finished(tmp_path)
    kept.add({b"a" * 16: np.ones(3, np.float32), b"b" * 16: np.ones(4, np.float32)}, {})
    assert kept.widths([b"a" * 16, b"b" * 16]) == {3, 4}


def test_many_vectors_are_mapped_and_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr("core.encoders.kept._MAPPED", 100)
    kept = written(tmp_path, 20)
    assert isinstance(kept.vectors([key(at) for at in range(20)]), np.memmap)
    same(kept, range(20))


def test_the_model_used_longest_ago_goes_first(tmp_path):
    for at, name in enumerate(("old", "new", "used")):
        written(tmp_path / name, 20)
        time.sleep(0.02 * (at < 2))
    size = sum(one.stat().st_size for one in (tmp_path / "new").iterdir())
    sweep(tmp_path, tmp_path / "used", size)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "used"]
