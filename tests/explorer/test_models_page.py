"""Several models over the same items: which are offered, and what is said of them side by side."""

import re

import pytest

from tests.explorer.driving import seen, settled

pytestmark = pytest.mark.slow  # whole pages are run

PIXELS, NETWORK = "Digits, raw pixels", "Digits, network features"
RUN = "Training, temperature 0.02"


def opened(app, space):
    app.query_params["space"] = space
    app.session_state["models.columns"] = ["geometry.spectrum", "agreement.mutual_knn"]
    return settled(app, "models")


def table(page):
    """The text of the cells of the table, row by row, with its head."""
    (found,) = (h.proto.body for h in page.get("html") if 'class="models"' in h.proto.body)
    rows = re.findall(r"<tr>(.*?)</tr>", found)
    return [
        [re.sub(r"<[^>]*>", " ", cell).strip() for cell in re.split(r"<t[hd][^>]*>", row)[1:]]
        for row in rows
    ]


def test_two_encoders_stand_in_one_table_with_what_tells_them_apart(full_app):
    page = opened(full_app, PIXELS)
    assert page.multiselect(key="models.which").options == [PIXELS, NETWORK]
    head, first, second = table(page)
    assert head[1].startswith("Spectrum") and "with the baseline" in head[2]
    assert first[0].startswith(PIXELS) and "the baseline" in first[0]
    assert second[0].startswith(NETWORK)
    assert "lower" in second[1] and "lower" not in first[1]
    assert any("1,797 items" in text for text in seen(page.caption))
    page.selectbox(key="models.baseline").set_value(NETWORK)
    settled(page)
    _, first, second = table(page)
    assert first[0].startswith(NETWORK) and "higher" in second[1]
    page.selectbox(key="models.sort").set_value("Spectrum")
    settled(page)
    assert table(page)[1][0].startswith(PIXELS)


def test_what_a_model_keeps_of_itself_in_fewer_bits_is_a_row(full_app):
    full_app.session_state["models.which"] = [PIXELS]
    page = opened(full_app, PIXELS)
    assert "One model" in seen(page.info)[0]
    page.multiselect(key="models.stored").set_value(["first 8 dimensions", "int8"])
    settled(page)
    page.multiselect(key="models.columns").set_value(["agreement.mutual_knn"])
    settled(page)
    names = [row[0] for row in table(page)[1:]]
    assert [name.split(" · ")[-1].split("  ")[0] for name in names[1:]] == [
        "first 8 dimensions",
        "int8",
    ]
    sizes = ("64 dimensions, 256 bytes", "8 dimensions, 32 bytes", "64 dimensions, 64 bytes")
    assert all(f"{size} an item" in name for size, name in zip(sizes, names, strict=True))
    kept = [float(row[1].split()[0]) for row in table(page)[2:]]
    assert kept[0] < 0.5 and kept[1] > 0.9


def test_a_series_is_one_step_of_it_and_its_runs_are_compared(full_app):
    page = opened(full_app, RUN)
    names = [row[0] for row in table(page)[1:]]
    assert names[0].startswith(f"{RUN}, step 2000")
    assert sum("step 2000" in name for name in names) == 3
    assert not page.warning
