"""A page that shows the same points by Plotly alone, for `map.py` to measure beside the map."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from map_points import points

places, codes = points(int(st.query_params.get("n", 10_000)))
figure = go.Figure(layout={"height": 640, "dragmode": "lasso"})
for code in np.unique(codes):
    x, y = places[codes == code, :2].T
    figure.add_scattergl(x=x, y=y, mode="markers", marker={"size": 3}, hoverinfo="skip")
event = st.plotly_chart(figure, key="map", on_select="rerun", selection_mode="lasso")
if event.selection.lasso:
    st.metric("Selected", f"{len(event.selection.points):,}")
