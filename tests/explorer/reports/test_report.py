"""A report holds the numbers of the app, and needs nothing but itself."""

import html
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import formatting
from core.catalog import catalog
from core.errors import NotApplicable
from core.estimates import Estimate
from core.io import read, space_of
from core.readouts import ItemPairs, ItemScores, Table
from core.space import EmbeddingSpace
from core.verdict import verdict
from explorer.items.rows_html import listing
from explorer.reports.records import records, report_json
from explorer.reports.standalone import report_html
from explorer.shell.cli import main

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
    assert "Settings: k = 10, Metric = cosine." in text
    assert "prefers-color-scheme: dark" in text
    assert '<script src="' not in text
    assert "lenses on animals" in capsys.readouterr().out


def test_what_could_not_be_computed_is_listed_with_its_reason(file, tmp_path):
    out, page = tmp_path / "report.json", tmp_path / "report.html"
    for path in (out, page):
        assert main(["report", str(file), "--roles", "label=species", "-o", str(path)]) == 0
    written = json.loads(out.read_text())
    refused = {one["lens"]: one for one in written["not_computed"]}
    assert "needs a 'modality' column" in refused["modality.gap"]["reason"]
    found = {one["lens"] for one in written["findings"]}
    assert found.isdisjoint(refused)
    assert found | set(refused) == set(catalog())
    listed = page.read_text().partition("<h2>Not computed</h2>")[2]
    assert "<b>Modality gap</b>: needs a &#x27;modality&#x27; column; " in listed
    for one in refused.values():
        reason = one["reason"].removeprefix(f"{one['title']!r} ")
        assert f"<li><b>{one['title']}</b>: {html.escape(reason)}" in listed


def test_a_report_on_too_few_items_says_why_it_is_empty_and_what_wrote_it(tmp_path):
    np.save(tmp_path / "tiny.npy", np.eye(3, 2))
    out = tmp_path / "report.html"
    assert main(["report", str(tmp_path / "tiny.npy"), "-o", str(out)]) == 0
    text = out.read_text()
    assert "<b>Spectrum</b>: needs 4 items; &#x27;tiny&#x27; has 3." in text
    assert f"numpy {np.__version__}" in text
    assert "Summary" not in text


def test_the_summary_says_what_every_lens_found_and_leads_to_it(file, tmp_path):
    out = tmp_path / "report.html"
    assert main(["report", str(file), "--roles", "label=species", "-o", str(out)]) == 0
    summary, _, rest = out.read_text().partition("<h2>Summary</h2>")[2].partition("</table>")
    space = space_of(read(file), {"label": "species"})
    lens = catalog()["classes.separability"]
    result = lens(space)
    purity = formatting.estimate(result.neighbor_purity)
    between = formatting.interval(result.neighbor_purity)
    line = next(row for row in summary.split("<tr>") if f'href="#{lens.key}.' in row)
    assert verdict(lens, result) in line
    assert f"Neighbor purity: {purity}" in line
    assert between in line
    assert f'<h3 id="{lens.key}.{space.fingerprint[:6]}">' in rest


def test_tables_and_the_items_at_both_ends_are_those_of_the_results(file, tmp_path):
    out = tmp_path / "report.json"
    assert main(["report", str(file), "--roles", "label=species", "-o", str(out)]) == 0
    found = {one["lens"]: one for one in json.loads(out.read_text())["findings"]}
    space = space_of(read(file), {"label": "species"})
    values = catalog()["geometry.hubness"](space).by_item.values
    rows = found["geometry.hubness"]["items"]["by_item"]
    ordered = np.sort(values)
    assert [row["lists of neighbors"] for row in rows] == [*ordered[:-6:-1], *ordered[4::-1]]
    for row in rows:
        assert values[row["item"]] == row["lists of neighbors"]
        assert row["label"] == space.items["species"][row["item"]]
    confused = catalog()["classes.pairs"](space).pairs.rows
    assert len(found["classes.pairs"]["tables"]["pairs"]) == len(confused)


def test_words_of_a_file_are_no_html():
    hostile = "<script>alert(1)</script>"
    items = pd.DataFrame({hostile: [hostile] * 12, "image": ['data:image/png;"onerror=x'] * 12})
    space = EmbeddingSpace(
        "a", np.eye(12, dtype=np.float32), items, {"text": hostile, "image": "image"}
    )
    some = np.arange(3)
    drawn = (
        listing(ItemScores(np.arange(12.0), hostile), space),
        listing(ItemPairs(some, some + 1, some / 2, hostile), space),
        listing(Table(pd.DataFrame({hostile: [hostile, "x" * 999, b"x"]})), space),
    )
    for text in drawn:
        assert "&lt;script&gt;" in text
        assert "<script" not in text
        assert '"onerror' not in text
        assert "x" * 999 not in text
    assert "2 items between" in drawn[0]


def test_counts_have_no_decimals_and_shares_have():
    some = pd.DataFrame(index=range(1000, 1003))
    space = EmbeddingSpace("a", np.eye(3, dtype=np.float32), some)
    ranks = listing(ItemScores(np.array([1.0, 13.0, np.nan]), "rank"), space)
    shares = listing(ItemScores(np.array([1.0, 0.5, 0.25]), "share"), space)
    assert '<td>1001<td class="number">13<' in ranks  # the number of an item is a name
    assert '<td class="number">1.000<' in shares


def test_a_column_that_is_not_there_is_refused_in_a_sentence(file, capsys):
    assert main(["report", str(file), "--roles", "label=color"]) == 2
    assert "no column 'color'; there are: 'species'" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told_and_the_others_are_reported(file, tmp_path, capsys):
    target = tmp_path / "report.json"
    assert main(["report", str(file), "gone.npz", "-o", str(target)]) == 0
    assert "gone.npz" in capsys.readouterr().err
    assert target.is_file()


def test_a_role_that_does_not_exist_is_refused(file, capsys):
    with pytest.raises(SystemExit):
        main(["report", str(file), "--roles", "color=species"])
    assert "not ROLE=COLUMN" in capsys.readouterr().err


def test_the_report_takes_the_results_it_is_given(joint):
    asked = []

    def compute(lens, spaces, knobs):
        asked.append(lens.key)
        msg = "Known elsewhere."
        raise NotApplicable(msg)

    found = list(records([joint], compute))
    assert asked == [lens.key for lens in catalog().values() if lens.obstacle(joint) is None]
    assert sum(one.reason == "Known elsewhere." for one in found) == len(asked)


def test_lenses_side_by_side_find_what_they_find_one_after_the_other(joint):
    few = joint.take(np.arange(60))
    few = replace(few, vectors=few.vectors[:, :6])
    here = list(records([few]))
    one_by_one = list(records([few], lambda lens, spaces, knobs: lens(*spaces, **knobs)))
    assert len(here) == len(catalog())
    assert report_json(here) == report_json(one_by_one)


def test_a_report_on_several_spaces_says_how_their_items_match(rng):
    def space(n, **columns):
        items = pd.DataFrame(columns or {"x": rng.normal(size=n)})
        return EmbeddingSpace("s", rng.normal(size=(n, 3)).astype(np.float32), items)

    def said(*spaces):
        return html.unescape(report_html([], spaces))

    named = [space(9, name=[f"i{i}" for i in order]) for order in (range(9), range(8, -1, -1))]
    assert "look at 9 items that all have, matched by 'name'" in said(*named)
    assert "look at 9 items that all have, matched by position" in said(space(9), space(9))
    assert "Found 's' with 9 items, 's' with 8 items" in said(space(9), space(8))
    assert "that all have" not in said(space(9))


def test_a_report_on_two_spaces_covers_both_and_says_which_is_better(file, tmp_path, capsys):
    with np.load(file) as arrays:
        vectors, species = arrays["vectors"], arrays["species"]
    clearer = vectors + 4 * np.eye(6, dtype=np.float32)[np.arange(60) % 3]
    np.savez(tmp_path / "clearer.npz", vectors=clearer, species=species)
    out, page = tmp_path / "two.json", tmp_path / "two.html"
    for path in (out, page):
        files = [str(file), str(tmp_path / "clearer.npz")]
        assert main(["report", *files, "--roles", "label=species", "-o", str(path)]) == 0
    written = json.loads(out.read_text())
    seen = [
        one["spaces"][0]["name"] for one in written["findings"] if one["lens"] == "classes.icnn"
    ]
    assert seen == ["animals", "clearer"]
    told = {one["lens"]: one for one in written["differences"]}
    purity = told["classes.separability"]
    assert purity["better"] == "clearer"
    assert purity["difference"]["low"] > 0
    assert purity["difference"]["interval"].startswith("paired")
    assert "Which is better" in page.read_text()
    assert " of " in capsys.readouterr().err.splitlines()[0]
