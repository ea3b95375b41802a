"""An agent asks through the client of the official SDK; the tools by themselves, without it."""

import asyncio
import base64
import io
import json
import sys

import numpy as np
import pandas as pd
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from PIL import Image

from core.catalog import catalog
from core.demo import DEMOS
from core.errors import BadParameter
from core.space import EmbeddingSpace
from core.vector_search import semantic
from explorer.agents.command import main
from explorer.agents.tools import Tools


@pytest.fixture
def space():
    rng = np.random.default_rng(0)
    kinds = np.repeat(["cat", "dog"], 30)
    vectors = rng.normal(size=(60, 4)) + 3 * (kinds == "cat")[:, None]
    texts = [f"a {kind} number {at}" for at, kind in enumerate(kinds)]
    items = pd.DataFrame({"kind": kinds, "text": texts, "size": np.arange(60.0)})
    roles = {"label": "kind", "text": "text"}
    return EmbeddingSpace("pets", vectors.astype(np.float32), items, roles)


@pytest.fixture
def tools(space):
    return Tools([space])


def test_every_lens_says_whether_it_can_run(tools):
    found = {one["key"]: one for one in tools.lenses(["pets"])}
    assert found["classes.separability"]["can_run"]
    assert "needs a 'modality' column" in found["modality.gap"]["why_not"]
    assert [one["key"] for one in tools.lenses(["pets"], "everybody's neighbor")] == [
        "geometry.hubness"
    ]


def test_a_lens_is_run_with_knobs_of_json(tools, space):
    said = tools.measure("classes.separability", ["pets"], {"k": 5})
    assert said["knobs"]["k"] == 5
    direct = catalog()["classes.separability"](space, k=5)
    assert said["numbers"]["neighbor_purity"]["value"] == direct.neighbor_purity.value
    assert said["verdict"]
    with pytest.raises(BadParameter, match="no knob 'nope'"):
        tools.measure("geometry.hubness", ["pets"], {"nope": 1})


def test_only_the_spaces_that_were_named_are_known(tools):
    with pytest.raises(BadParameter, match="no space 'other'; there are pets"):
        tools.search("other", "cat")


def test_items_are_found_by_words_patterns_and_nearness(tools, space):
    assert tools.search("pets", "dog", most=3)["found"] == 30
    assert [one["row"] for one in tools.search("pets", r"number 1\b", by="pattern")["items"]] == [1]
    near = tools.similar("pets", 0, most=5)["items"]
    cosines = space.unit[1:] @ space.unit[0]
    assert near[0]["row"] == 1 + int(cosines.argmax())
    assert near[0]["cosine"] == pytest.approx(float(cosines.max()), abs=1e-4)


def test_a_selection_is_described_by_what_sets_it_apart(tools):
    said = tools.describe("pets", "size < 30")
    assert said["selected"] == 30
    assert {"kind": "cat"} in [{one["column"]: one["value"]} for one in said["values"]]
    assert said["words"][0]["word"] == "cat"
    assert said["numbers"][0]["means"] == [14.5, 44.5]
    assert all(one["kind"] == "cat" for one in said["central_items"])
    assert tools.describe("pets", "size < 0")["selected"] == 0


def test_items_are_asked_in_sql(tools):
    rows = tools.query("pets", "SELECT kind, count(*) AS n FROM items GROUP BY kind ORDER BY kind")
    assert rows == [{"kind": "cat", "n": 30}, {"kind": "dog", "n": 30}]
    assert len(tools.query("pets", "SELECT 1 AS x FROM items, items AS other")) == 200


@pytest.mark.slow
def test_a_meaning_is_searched_for_with_the_model_of_the_space():
    space = DEMOS["Shapes and captions"]()
    found = Tools([space]).search(space.name, "a red circle", by="meaning", most=3)["items"]
    similarity = semantic(space, "a red circle")
    assert found[0]["row"] == int(similarity.argmax())
    assert [one["cosine"] for one in found] == sorted(one["cosine"] for one in found)[::-1]


@pytest.mark.slow
def test_an_agent_reads_the_files_it_was_given_through_the_protocol(space, tmp_path):
    path = tmp_path / "pets.parquet"
    space.items.assign(embedding=list(space.vectors)).to_parquet(path)
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "explorer", "mcp", str(path), "--roles", "label=kind"]
    )

    async def asked():
        async with stdio_client(server) as streams, ClientSession(*streams) as client:
            await client.initialize()
            tools = {one.name: one for one in (await client.list_tools()).tools}
            assert set(tools) == {
                "spaces", "lenses", "measure", "search", "similar", "describe", "query",
                "map_picture",
            }  # fmt: skip
            assert all(one.annotations.readOnlyHint and one.description for one in tools.values())
            return {
                "spaces": await client.call_tool("spaces", {}),
                "measure": await client.call_tool(
                    "measure", {"lens": "classes.separability", "spaces": ["pets"]}
                ),
                "query": await client.call_tool(
                    "query", {"space": "pets", "sql": "SELECT count(*) AS n FROM items"}
                ),
                "written": await client.call_tool(
                    "query", {"space": "pets", "sql": f"COPY items TO '{tmp_path}/x.csv'"}
                ),
                "picture": await client.call_tool("map_picture", {"space": "pets"}),
            }

    answers = asyncio.run(asked())
    (one,) = json.loads(f"[{answers['spaces'].content[0].text}]")
    assert (one["name"], one["items"], one["roles"]["label"]) == ("pets", 60, "kind")
    purity = answers["measure"].structuredContent["numbers"]["neighbor_purity"]["value"]
    assert purity == catalog()["classes.separability"](space).neighbor_purity.value
    assert json.loads(answers["query"].content[0].text) == {"n": 60}
    assert answers["written"].isError
    assert "one statement that selects" in answers["written"].content[0].text
    assert not (tmp_path / "x.csv").exists()
    words, picture = answers["picture"].content
    assert "cat (30)" in words.text
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.data))))
    assert drawn.shape == (720, 720, 3)
    first = 0.9 * np.array([0x00, 0x72, 0xB2]) + 0.1 * 255  # a point lets a tenth through
    assert (np.abs(drawn - first) < 2).all(axis=2).sum() >= 8 * 8


def test_two_spaces_of_one_name_and_files_that_are_not_there_are_refused(tmp_path, capsys):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        np.save(tmp_path / folder / "same.npy", np.eye(6, 3, dtype="f4"))
    assert main([str(tmp_path / folder / "same.npy") for folder in ("a", "b")]) == 2
    assert "same name" in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere.npy")]) == 2
    assert "nowhere.npy" in capsys.readouterr().err
