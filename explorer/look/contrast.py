"""Black or white: which of them can be read on a color."""

from collections.abc import Sequence

import numpy as np
from plotly.colors import sample_colorscale

from core.arrays import AnyFloats

BLACK, WHITE = "#000000", "#FFFFFF"


def inks(scale: str, positions: AnyFloats) -> list[str]:
    """For each position on a color scale, 0 to 1, the ink that stands out more from its color."""
    places = np.clip(np.asarray(positions, np.float64), 0, 1).tolist()
    return [ink(color) for color in sample_colorscale(scale, places, colortype="tuple")]


def ink(color: Sequence[float]) -> str:
    """Black or white on a color of red, green and blue, 0 to 1: at least 4.5 to 1 (WCAG 2.2).

    Both contrasts are equal where ``(L + 0.05)^2 = 1.05 * 0.05`` for the relative luminance L.
    """
    return BLACK if (luminance(color) + 0.05) ** 2 > 1.05 * 0.05 else WHITE


def luminance(color: Sequence[float]) -> float:
    """Relative luminance, 0 to 1, of a color of sRGB (WCAG 2.2)."""
    channels = np.asarray(color[:3], np.float64)
    low = channels <= 0.04045
    linear = np.where(low, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
