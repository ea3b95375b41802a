"""One slider that closes the gap between two modalities, on the map and in the numbers at once."""

from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.arrays import Vectors
from core.engines.pairs.gaps import Shift, distance_along, gap_vector, shifted
from core.engines.pairs.pairs import Pairs, paired
from core.engines.retrieval.partner_search import partner_places
from core.engines.retrieval.shift_line import ALONG_GAP
from core.space import EmbeddingSpace
from core.statistics.resampling import SEED
from explorer.look import theme
from explorer.look.labels import as_text
from explorer.session.current import lens_view
from explorer.work.compute import awaited

MOST_PAIRS = 1_000
STEPS = 13  # places along the line where the curve is measured


def gap_slider() -> None:
    """Draw the slider, the moving map and the curves; nothing where there are no two sides."""
    view = lens_view((1, 1))
    if view.obstacle or not {"modality", "pair"} <= set(view.spaces[0].roles):
        return
    (space,) = view.spaces
    left, right = (*space.values("modality"), "", "")[:2]
    if not right:
        return
    drawn = awaited(
        ("gap slider", space.fingerprint),
        "Gap slider",
        partial(_Line.of, space, left, right),
        place="gap slider",
    )
    if drawn is not None:
        with st.container(border=True):
            _live(drawn, left, right)


class _Line:
    """Sampled pairs, the plane they are seen in, and what is measured along the shift."""

    def __init__(self, x: Vectors, y: Vectors) -> None:
        self.x, self.y, self.delta = x, y, gap_vector(x, y)
        across = self.delta / (np.linalg.norm(self.delta) or 1)
        both = np.vstack([x, y]).astype(np.float64)
        both -= both.mean(axis=0)
        rest = both - np.outer(both @ across, across)
        self.plane = np.column_stack([across, np.linalg.svd(rest, full_matrices=False)[2][0]])
        self.amounts = np.linspace(0, 1, STEPS)
        self.measured = np.array([self.measure(amount) for amount in self.amounts])

    @classmethod
    def of(cls, space: EmbeddingSpace, left: str, right: str) -> "_Line":
        """The line of a space, from a seeded sample of its pairs."""
        pairs = paired(space, left, right)
        rows = np.random.default_rng(SEED).permutation(len(pairs))[:MOST_PAIRS]
        return cls(space.unit[pairs.left[rows]], space.unit[pairs.right[rows]])

    def at(self, amount: float) -> tuple[Vectors, Vectors]:
        """Both sides moved by a multiple of the gap vector each, as in Mind the Gap."""
        return shifted(self.x, self.y, amount * self.delta, how=Shift())

    @property
    def meeting(self) -> str:
        """Where the centers pass each other along the gap, in words; nothing if they do not."""
        distances = self.measured[:, 0]
        past = np.flatnonzero(distances <= 0)
        if not len(past) or not past[0]:
            return ""
        left, right = distances[past[0] - 1], distances[past[0]]
        share = left / ((left - right) or 1.0)
        step = self.amounts[1] - self.amounts[0]
        return f": at {self.amounts[past[0] - 1] + share * step:.2f} the centers pass each other"

    def measure(self, amount: float) -> tuple[float, float]:
        """Signed distance along the gap and recall at 1, mean of both directions."""
        x, y = self.at(amount)
        every = np.arange(len(x))
        both = partner_places(x, y, Pairs(every, every))
        recall = float(np.mean([places.hits(1).mean() for places in both]))
        return distance_along(x, y, self.delta), recall


@st.fragment
def _live(line: _Line, left: str, right: str) -> None:
    st.markdown(f"**Close the gap.** Both modalities move towards each other{line.meeting}.")
    amount = st.slider(
        "Multiples of the gap vector",
        0.0,
        1.0,
        0.0,
        0.05,
        key="gap.slider",
        help="x' = u(x - amount * gap), y' = u(y + amount * gap), as in Mind the Gap.",
    )
    distance, recall = line.measure(amount)
    map_side, curve_side = st.columns([3, 2], gap="medium")
    map_side.plotly_chart(
        _map(line, amount, (left, right)), key="gap.map", config={"displayModeBar": False}
    )
    with curve_side:
        with st.container(horizontal=True):
            st.metric("Distance along the gap", theme.number(distance), width="content")
            st.metric("Recall at 1", theme.number(recall), width="content")
        st.plotly_chart(
            _curve(line, distance, recall), key="gap.curve", config={"displayModeBar": False}
        )
    st.caption(
        f"{len(line.x):,} pairs, and recall among these alone, which is easier than among all "
        "that the lens Retrieval searches. The map shows the gap from side to side and, upwards, "
        "the direction in which the items spread most besides."
    )


def _map(line: _Line, amount: float, names: tuple[str, str]) -> go.Figure:
    figure = go.Figure(layout=theme.LAYOUT)
    for position, (name, side) in enumerate(zip(names, line.at(amount), strict=True)):
        points = side @ line.plane.astype(np.float32)
        figure.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="markers",
            name=name,
            marker={"size": 5, "color": theme.color(position), "symbol": theme.marker(position)},
            hoverinfo="skip",
        )
    ends = np.vstack([line.x, line.y]) @ line.plane
    reach = np.abs(ends).max() * 1.05
    figure.update_xaxes(range=[-reach, reach], title="along the gap", zeroline=False)
    figure.update_yaxes(range=[ends[:, 1].min() - 0.1, ends[:, 1].max() + 0.1], visible=False)
    return as_text(figure.update_layout(height=330))


def _curve(line: _Line, distance: float, recall: float) -> go.Figure:
    figure = go.Figure(layout=theme.LAYOUT)
    figure.add_scatter(
        x=line.measured[:, 0],
        y=line.measured[:, 1],
        mode="lines+markers",
        line={"color": theme.color(2), "width": 2},
        hovertemplate="distance %{x:.3f}: recall %{y:.3f}<extra></extra>",
    )
    here = {"size": 15, "color": theme.HIGHLIGHT, "symbol": "circle-open", "line": {"width": 3}}
    figure.add_scatter(x=[distance], y=[recall], mode="markers", marker=here, hoverinfo="skip")
    figure.update_xaxes(title=ALONG_GAP, autorange="reversed")
    figure.update_yaxes(title="recall at 1")
    return figure.update_layout(height=250, showlegend=False)
