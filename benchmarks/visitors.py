"""Thirty people in a class turn one slider at an app: how long each waits, what memory it takes.

Every visitor is a connection of its own to the app that the command starts, as a browser makes it:
opened with the token of visitors, it asks for a page and sets the slider to the same values as all
others, one after the other, each as soon as the answer to the last is there. An answer is all of
the page, with every number on it; that a browser draws it is not counted. Memory is that of the
process of the app, before the first visitor and after the last answer.
"""

import argparse
import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from statistics import median

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PAGE, SLIDER = "contrastive", "contrastive.uniformity.t"
VALUES = (1.0, 3.0, 5.0)
LOOK = 0.5  # seconds between two looks of a page at what is still computed
LARGEST = 1 << 28  # bytes of a message

Waits = dict[str, list[float]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n", nargs="?", type=int, default=30, help="number of visitors")
    asked = parser.parse_args()
    with _app() as (process, port, token):
        asyncio.run(
            _class(1, port, token, values=[5.5])
        )  # what is imported, compiled and loaded once
        before, computing = _memory(process), _seconds(process)
        began = time.perf_counter()
        waits = asyncio.run(_class(asked.n, port, token, values=VALUES))
        took, spent = time.perf_counter() - began, _seconds(process) - computing
        after = _memory(process)
    print(f"{asked.n} visitors, {took:.1f} s, {spent:.1f} s of the app's processor time")
    for what, found in waits.items():
        print(f"  {what:14} median {median(found):.2f} s, longest {max(found):.2f} s")
    print(f"  memory: {after:,.0f} MB, {(after - before) / asked.n:.1f} MB a visitor")


@contextlib.contextmanager
def _app() -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """The app with an address for visitors: its process, its port, their token."""
    command = [sys.executable, "-m", "explorer", "--port", "0", "--no-workspace", "--guests", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        for line in process.stdout or ():
            if found := re.search(r"visitors: http://localhost:(\d+)/\?token=(\S+)", line):
                break
        time.sleep(20)  # it imports ahead
        yield process, int(found[1]), found[2]
        process.terminate()


async def _class(n: int, port: int, token: str, *, values: Sequence[float]) -> Waits:
    waits: Waits = defaultdict(list)
    await asyncio.gather(*(_visit(port, token, values=values, waits=waits) for _ in range(n)))
    return waits


async def _visit(port: int, token: str, *, values: Sequence[float], waits: Waits) -> None:
    place = f"localhost:{port}"
    async with connect(
        f"ws://{place}/_stcore/stream",
        origin=f"http://{place}",
        additional_headers={"Cookie": f"explorer-{port}={token}"},
        subprotocols=["streamlit"],
        max_size=LARGEST,
        open_timeout=60,
    ) as stream:
        began = time.perf_counter()
        slider = await _answer(stream, None)
        waits["the page"].append(time.perf_counter() - began)
        for value in values:
            began = time.perf_counter()
            state = WidgetState(id=slider)
            state.double_array_value.data.append(value)
            await _answer(stream, state)
            waits[f"slider at {value:g}"].append(time.perf_counter() - began)


async def _answer(stream: ClientConnection, state: WidgetState | None) -> str:
    """Ask until nothing on the page is still computed; the id of the slider."""
    while True:
        asked = BackMsg()
        asked.rerun_script.page_name = PAGE
        if state is not None:
            asked.rerun_script.widget_states.widgets.append(state)
        await stream.send(asked.SerializeToString())
        drawn = [element async for element in _drawn(stream)]
        buttons = {element.button.label for element in drawn if element.HasField("button")}
        sliders = [element.slider.id for element in drawn if element.HasField("slider")]
        if "Stop" not in buttons and (found := [one for one in sliders if SLIDER in one]):
            return found[0]
        await asyncio.sleep(LOOK)


async def _drawn(stream: ClientConnection) -> AsyncIterator[Element]:
    """The elements of the page, from one run of it."""
    async for message in stream:
        told = ForwardMsg.FromString(message)
        if told.HasField("script_finished"):
            return
        if told.HasField("delta") and told.delta.HasField("new_element"):
            element = told.delta.new_element
            if element.HasField("exception"):
                raise RuntimeError(element.exception.message)
            yield element


def _memory(process: subprocess.Popen[str]) -> float:
    """Resident megabytes."""
    return int(_said(process, "rss")) / 1_000


def _seconds(process: subprocess.Popen[str]) -> float:
    """Of processor time; whole ones, as the system says them."""
    parts = [float(part) for part in re.split("[-:]", _said(process, "time"))]
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


def _said(process: subprocess.Popen[str], what: str) -> str:
    command = ["ps", "-o", f"{what}=", "-p", str(process.pid)]
    return subprocess.run(  # noqa: S603 - our own process
        command, capture_output=True, text=True, check=True, env=dict(os.environ)
    ).stdout.strip()


if __name__ == "__main__":
    main()
