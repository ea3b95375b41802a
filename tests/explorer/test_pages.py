"""Ways through the app: from a number to its lens, from a step to its page, from space to space."""

from itertools import chain

import pytest

from core.catalog import catalog, families, family
from core.demo import DEMOS
from core.steps import Apply
from explorer.keep.startup import Startup
from explorer.session.state import Selection
from tests.explorer.driving import PAGES, seen, settled


@pytest.mark.slow
@pytest.mark.parametrize("name", families())
def test_every_lens_of_a_family_shows_its_numbers_or_says_what_it_needs(full_app, name):
    others = list(DEMOS)[1:]
    full_app.query_params["space"] = others[0] if name == "agreement" else next(iter(DEMOS))
    full_app.query_params["compare"] = others[1]
    settled(full_app, name)
    for lens in family(name):
        key = lens.key.partition(".")[2]
        full_app.segmented_control(key=f"{name}.lens").set_value(key)
        settled(full_app)
        assert full_app.subheader[0].value == lens.question
        assert full_app.metric or full_app.info or full_app.warning, lens.key


def test_the_app_without_demo_data_says_what_to_do(app, monkeypatch):
    monkeypatch.setattr(
        "explorer.keep.startup._asked",
        Startup(demo=False),
    )
    for page in PAGES:
        settled(app, page)
        texts = [box.value for box in app.info] + [box.value for box in app.caption]
        assert any("Upload" in text or "upload" in text for text in texts), page


def test_the_space_is_remembered_across_pages(app):
    settled(app)
    name = list(DEMOS)[1]
    app.selectbox(key="space").set_value(name)
    settled(app)
    settled(app, "classes")
    assert app.selectbox(key="space").value == name


def test_a_lens_that_cannot_look_says_why(app):
    app.query_params["space"] = list(DEMOS)[1]
    settled(app, "modality")
    assert "needs a 'modality' column" in seen(app.info)[0]


def test_a_changed_knob_changes_the_number_and_nothing_else_is_computed_again(app):
    settled(app, "contrastive")
    before = [metric.value for metric in app.metric]
    app.slider(key="contrastive.uniformity.t").set_value(4.0)
    settled(app)
    assert [metric.value for metric in app.metric] != before
    app.slider(key="contrastive.uniformity.t").set_value(2.0)
    app.run()
    assert [metric.value for metric in app.metric] == before


APPLIED = [
    pytest.param(step, id=f"{lens.key}.{step.transform}")
    for lens in catalog().values()
    for step in chain.from_iterable(lens.verdicts.steps.values() if lens.verdicts else ())
    if isinstance(step, Apply)
]


@pytest.mark.slow
@pytest.mark.parametrize("step", APPLIED)
def test_the_form_of_a_transform_can_hold_what_a_step_chooses(app, step):
    settled(app, "data")
    values = {f"transform.{step.transform}.{name}": value for name, value in step.knobs.items()}
    chosen = {"data.tab": "Transform", "transform.which": step.transform, **values}
    for key, value in chosen.items():
        app.session_state[key] = value
    settled(app)
    widgets = [*app.slider, *app.select_slider, *app.selectbox]
    assert values.items() <= {widget.key: widget.value for widget in widgets}.items()


@pytest.mark.slow
def test_a_step_after_a_verdict_leads_to_its_transform_and_the_transform_to_another_verdict(app):
    app.query_params["dock"] = "Measure"
    settled(app)
    assert app.subheader[0].value == catalog()["modality.gap"].question
    app.button(key="modality.gap.next.centre_per_modality").click()
    settled(app)
    assert app.title[0].value == "Data"
    assert app.selectbox(key="transform.which").value == "centre_per_modality"
    app.button(key="transform.go").click()
    settled(app)
    settled(app, "map")
    keys = [button.key for button in app.button]
    assert "modality.gap.next.centre_per_modality" not in keys
    assert "modality.gap.next.modality.retrieval" in keys


@pytest.mark.slow
def test_the_answer_stands_above_what_there_is_to_play_with(app):
    settled(app, "modality")
    app.segmented_control(key="modality.lens").set_value("gap_shift")
    settled(app)
    said = [text.value for text in app.markdown]
    answer = next(at for at, text in enumerate(said) if text.startswith(":material/arrow_right"))
    assert answer < next(at for at, text in enumerate(said) if text.startswith("**Close the gap."))


@pytest.mark.slow
def test_a_step_leads_to_a_lens_and_the_chosen_space_stays_chosen(app):
    app.query_params["space"] = list(DEMOS)[1]
    settled(app, "classes")
    app.button(key="classes.separability.next.classes.probe").click()
    settled(app)
    assert app.subheader[0].value == catalog()["classes.probe"].question
    assert app.selectbox(key="space").value == list(DEMOS)[1]


@pytest.mark.slow
def test_a_pair_chosen_from_the_matrix_opens_in_the_lens_of_the_measure(app):
    first, *others = list(DEMOS)[1:3]
    app.query_params["space"], app.query_params["compare"] = first, others
    settled(app, "agreement")
    app.segmented_control(key="agreement.lens").set_value("matrix")
    settled(app)
    app.selectbox(key="agreement.matrix.measure").set_value("mutual_knn")
    settled(app)
    app.button(key="agreement.matrix.values.open").click()
    settled(app)
    assert app.segmented_control(key="agreement.lens").value == "mutual_knn"
    assert app.selectbox(key="space").value == first
    assert app.multiselect(key="compare").value == others
    assert app.metric


def test_nothing_long_starts_without_a_button(full_app, monkeypatch):
    for module in ("explorer.work.costly", "explorer.measures.standouts"):
        monkeypatch.setattr(f"{module}.ASK_FROM", 0.0)
    settled(full_app)
    assert not full_app.metric
    assert full_app.button(key="standouts.go").label == "Look"
    settled(full_app, "geometry")
    assert not full_app.metric
    full_app.button(key="geometry.spectrum.go").click()
    settled(full_app)
    assert full_app.metric
    settled(full_app, "map")
    rows = [button.key for button in full_app.button if str(button.key).startswith("sign.open.")]
    assert rows == ["sign.open.geometry.spectrum"]
    full_app.button(key="home.go").click()
    settled(full_app)
    rows = [button.key for button in full_app.button if str(button.key).startswith("sign.open.")]
    assert len(rows) >= 5


@pytest.mark.slow
def test_the_gap_slider_looks_at_the_subset(full_app):
    settled(full_app, "modality")
    assert any("600 pairs" in caption.value for caption in full_app.caption)
    space = next(iter(DEMOS.values()))()
    state = full_app.session_state["session"]
    state.selection = Selection(space.name, space.items.index[:200], "the first hundred pairs")
    state.use_subset = True
    settled(full_app)
    assert any("100 pairs" in caption.value for caption in full_app.caption)


@pytest.mark.slow
def test_a_vital_sign_opens_its_lens_beside_the_map_and_colors_it(app):
    settled(app)
    app.button(key="sign.open.classes.separability").click()
    settled(app)
    assert app.segmented_control(key="dock").value == "Measure"
    assert app.subheader[0].value == catalog()["classes.separability"].question
    assert app.selectbox(key="map.color").value.startswith("lens: classes.separability.")


@pytest.mark.slow
def test_the_page_of_measures_finds_a_lens_by_a_word_and_leads_to_it(app):
    settled(app, "measures")
    app.text_input(key="measures.words").set_value("silhouette")
    settled(app)
    keys = [str(button.key) for button in app.button if str(button.key).startswith("measures.")]
    assert "measures.classes.separability" in keys
    assert "measures.modality.gap" not in keys
    app.button(key="measures.classes.separability").click()
    app.run()  # once: a further run of the test would be one of the page that was left
    assert app.subheader[0].value == catalog()["classes.separability"].question


@pytest.mark.slow
def test_only_what_holds_the_same_items_is_compared_and_one_left_over_blocks_nothing(full_app):
    pixels, network = "Digits, raw pixels", "Digits, network features"
    full_app.query_params["space"], full_app.query_params["compare"] = (
        pixels,
        ["Docstrings", network],
    )
    settled(full_app, "agreement")
    compared = full_app.multiselect(key="compare")
    assert compared.options == [network] and compared.value == [network]
    said = f"{pixels} with {network}: all 1,797 items match by 'number'."
    assert said in seen(full_app.caption)
    full_app.selectbox(key="space").set_value("Docstrings")
    settled(full_app)
    assert full_app.multiselect(key="compare").value == []
    assert not full_app.warning


@pytest.mark.slow
def test_a_space_in_training_is_looked_at_step_by_step(full_app):
    full_app.query_params["space"] = "Training, temperature 0.02"
    settled(full_app, "modality")
    assert full_app.selectbox(key="step").value == "2000"
    assert "Looks at Training, temperature 0.02, step 2000." in seen(full_app.caption)
    last = full_app.metric[0].value
    full_app.selectbox(key="step").set_value("0")
    settled(full_app)
    assert full_app.metric[0].value != last
    settled(full_app, "contrastive")
    full_app.segmented_control(key="contrastive.lens").set_value("plane")
    settled(full_app)
    assert full_app.metric and not full_app.warning  # along the steps, as nothing else is chosen


@pytest.mark.slow
def test_the_gap_is_watched_through_training_whatever_was_compared_before(full_app):
    full_app.query_params["compare"] = "Shapes and captions, untrained"
    settled(full_app)
    full_app.button(key="home.course").click()
    settled(full_app)
    assert full_app.title[0].value == "Compare maps"
    assert full_app.selectbox(key="frames.of").value == "step"
    assert any("500 items at 10 steps" in caption.value for caption in full_app.caption)
    assert not full_app.warning


@pytest.mark.slow
def test_a_chart_and_a_knob_of_one_name_stand_on_one_page(full_app):
    full_app.query_params["space"] = "Crops and tags"
    settled(full_app, "retrieval")
    full_app.segmented_control(key="retrieval.lens").set_value("colocation")
    settled(full_app)
    assert full_app.slider(key="retrieval.colocation.company").value == 1.0
    assert len(full_app.get("plotly_chart")) == 2
