"""A map as one file: what is in it, how large it becomes, what it refuses."""

import base64
import gzip
import io
import json
import re
import tomllib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import explorer
from core.errors import BadParameter
from explorer.maps.alone.file import Beside, map_html
from explorer.maps.alone.placing import placed
from explorer.maps.alone.planning import Extent, planned
from explorer.shell.cli import main
from explorer.shell.places import SETTINGS

N = 60


def picture(tone):
    stream = io.BytesIO()
    noise = np.random.default_rng(tone).integers(256, size=(80, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def space():
    rng = np.random.default_rng(0)
    items = pd.DataFrame(
        {
            "kind": np.repeat(["cat", "dog"], N // 2),
            "said": [f"text {row} </script> " + "word " * row for row in range(N)],
            "size": rng.normal(size=N),
            "seen": [picture(row) if row % 2 else None for row in range(N)],
        }
    )
    vectors = rng.normal(size=(N, 5)) + 3 * (items["kind"] == "cat").to_numpy()[:, None]
    roles = {"label": "kind", "text": "said", "image": "seen"}
    return explorer.space((vectors, items), name="pets <b>", **roles)


def written(space, extent=None, **beside):
    plan = planned(space, extent or Extent())
    return plan, map_html(space, placed(space, "pca"), plan, beside=Beside(**beside))


def held(page):
    """The header of a file and its arrays, unpacked as the browser does it."""
    text = re.search(r'id="held">([^<]*)<', page)[1]
    whole = gzip.decompress(base64.b64decode(text))
    length = int.from_bytes(whole[:4], "little")
    base = 8 * -(-(4 + length) // 8)

    def taken(said):
        if set(said) != {"array"}:
            return said
        start, size = said["array"]
        return whole[base + start : base + start + size]

    return json.loads(whole[4 : 4 + length], object_hook=taken)


def test_a_file_holds_places_columns_and_neighbors_and_no_vectors(space):
    header = held(written(space)[1])
    near = space.neighbors(12)
    assert np.array_equal(
        np.frombuffer(header["neighbors"]["indices"], np.int32).reshape(N, 12), near.indices
    )
    apart = np.frombuffer(header["neighbors"]["distances"], np.uint16).reshape(N, 12)
    scale = header["neighbors"]["scale"]
    assert apart * scale == pytest.approx(near.distances, abs=scale)
    columns = {column["name"]: column for column in header["columns"]}
    assert list(columns) == ["said", "kind", "size"]
    assert columns["said"]["address"].decode().split("\0") == list(space.items["said"])
    assert np.array_equal(np.frombuffer(columns["size"]["address"]), space.items["size"])
    assert len(header["map"]["positions"]) == 2 * 4 * N
    assert {one["name"] for one in header["colorings"]} == {"kind", "size"}


def test_pictures_are_cut_from_one_string(space):
    plan, page = written(space)
    header = held(page)
    starts = np.frombuffer(header["pictures"]["starts"], np.uint32)
    text = re.search(r'id="pictures">([^<]*)<', page)[1]
    assert starts[0] == starts[1]  # the first item has none
    second = Image.open(io.BytesIO(base64.b64decode(text[starts[1] : starts[2]])))
    assert second.format == "WEBP"
    assert second.size == (40, 80)
    assert plan.side == 96


def test_names_of_strangers_stay_text(space):
    page = written(space)[1]
    assert "<title>pets &lt;b&gt;</title>" in page
    assert page.count("</script>") == 4  # the text of an item is packed, and ends nothing
    assert "default-src 'none'" in page


def test_measures_and_selections_stand_beside_the_map(space):
    hubness = explorer.measure(space, "geometry.hubness")
    index = space.items.index[:7]
    header = held(
        written(
            space, records=[hubness.record], color="geometry.hubness", selections={"few": index}
        )[1]
    )
    (number,) = header["numbers"]
    assert number["verdict"] == hubness.verdict
    assert header["colorings"][0]["name"] == number["coloring"] == "Hubness: by item"
    assert np.frombuffer(header["selections"][0]["mask"], np.uint8).sum() == 7
    assert header["columns"][-1]["name"] == number["coloring"]  # to filter by


def test_the_size_said_before_is_that_of_the_file(space):
    plan, page = written(space)
    assert len(page) == pytest.approx(plan.size, rel=0.15)
    assert str(plan).startswith("about 0.4 MB: 60 items, 3 columns, 12 neighbors each, texts to")


def test_texts_are_cut_and_pictures_made_smaller_until_it_fits(space):
    whole = planned(space, Extent())
    less = planned(space, Extent(most_bytes=whole.size - 20_000))
    assert less.side < whole.side
    page = map_html(space, placed(space, "pca"), less, beside=Beside())
    assert f"at most {less.side} pixels" in " ".join(held(page)["notes"])
    none = planned(space, Extent(pictures=False))
    short = planned(space, Extent(pictures=False, most_bytes=none.size - 1))
    assert short.length < none.length
    with pytest.raises(BadParameter, match="Leave out columns, pictures or neighbors"):
        planned(space, Extent(most_bytes=1000))


def test_what_is_not_there_is_refused_with_what_is(space):
    with pytest.raises(BadParameter, match=r"no column 'nope' .* said, kind, size"):
        planned(space, Extent(("nope",)))
    with pytest.raises(BadParameter, match=r"no color 'nope' .* kind, size"):
        written(space, color="nope")
    other = explorer.measure(explorer.space(np.eye(9, 3) + 1), "geometry.hubness").record
    with pytest.raises(BadParameter, match="must be measured of its space"):
        written(space, records=[other])
    with pytest.raises(BadParameter, match="no projection 'nope'; there are auto, "):
        placed(space, "nope")
    with pytest.raises(BadParameter, match="in 2 dimensions was expected"):
        placed(space, space)


def test_a_space_where_nothing_can_be_charted_is_drawn_in_one_color():
    space = explorer.space(np.random.default_rng(0).normal(size=(20, 3)))
    assert [one["name"] for one in held(written(space)[1])["colorings"]] == ["nothing"]


def test_the_colors_of_the_page_are_those_of_the_app():
    style = (explorer.maps.alone.file._FOLDER / "page.css").read_text()
    theme = tomllib.loads(SETTINGS.read_text())["theme"]
    for mode, block in zip(("light", "dark"), style.split("@media (prefers"), strict=False):
        for name in ("primary", "background", "secondaryBackground", "text", "border"):
            dashed = re.sub("([A-Z])", r"-\1", name).lower()
            said = re.search(rf"--st-{dashed}-color: (#\w+)", block)[1]
            assert said.lower() == theme[mode][f"{name}Color"].lower()


def test_the_command_says_the_size_before_and_writes_the_file(space, tmp_path, capsys):
    np.savez(
        tmp_path / "pets.npz", embeddings=space.vectors, kind=space.items["kind"].to_numpy(str)
    )
    out = tmp_path / "map.html"
    command = ["map", str(tmp_path / "pets.npz"), "-o", str(out)]
    assert main([*command, "--projection", "pca", "--measure", "geometry.hubness"]) == 0
    assert re.search(r"map.html: about 0.3 MB: 60 items, 1 column", capsys.readouterr().out)
    assert held(out.read_text())["numbers"][0]["title"] == "Hubness"
    assert main([*command, "--measure", "nope"]) == 2
    assert "no lens 'nope'" in capsys.readouterr().err


def test_a_notebook_writes_it_too(space, tmp_path):
    path = explorer.save_map(
        space,
        tmp_path / "map.html",
        color="kind",
        projection="pca",
        columns=["kind"],
        measures=[explorer.measure(space, "classes.separability")],
        selections={"cats": space.items[space.items["kind"] == "cat"]},
        pictures=False,
    )
    header = held(path.read_text(encoding="utf-8"))
    assert header["pictures"] is None
    assert np.frombuffer(header["selections"][0]["mask"], np.uint8).sum() == N // 2
    assert header["columns"][0]["name"] == "kind"
