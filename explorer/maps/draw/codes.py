"""Colors of points as a renderer needs them: one byte a point, and what the bytes mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.colors import sample_colorscale

from core import formatting
from explorer.look import theme
from explorer.maps.draw.view import Colors

LEVELS = 255  # colors of a number; one more is for the undefined


def coded(colors: Colors) -> tuple[NDArray[np.uint8], list[str], dict[str, Any]]:
    """One byte a point, the color of each code, and what the legend says."""
    if colors.values is not None:
        values = np.asarray(colors.values, np.float64)
        defined = np.isfinite(values)
        low, high = colors.ends
        share = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
        codes = np.where(defined, share * (LEVELS - 1), LEVELS).round().astype(np.uint8)
        levels = sample_colorscale(theme.SEQUENTIAL, np.linspace(0, 1, LEVELS).tolist())
        palette = [_hex(level) for level in levels] + [theme.UNDEFINED]
        ends = [formatting.number(low), formatting.number(high)]
        undefined = int((~defined).sum())
        return codes, palette, {"title": colors.title, "ends": ends, "undefined": undefined}
    codes = np.minimum(np.asarray(colors.codes), LEVELS).astype(np.uint8)
    counts = np.bincount(codes, minlength=len(colors.names))
    palette = [
        theme.OTHER if code >= theme.MOST_COLORS else theme.color(code)
        for code in range(len(colors.names))
    ]
    entries = [
        {"code": code, "name": name, "count": int(counts[code])}
        for code, name in enumerate(colors.names)
    ]
    return codes, palette, {"title": colors.title, "entries": entries}


def _hex(color: str) -> str:
    """``"rgb(1, 2, 3)"`` as ``"#010203"``."""
    parts = color[color.index("(") + 1 : -1].split(",")
    return "#" + "".join(f"{round(float(part)):02x}" for part in parts)
