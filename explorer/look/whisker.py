"""A number as a dot on its own scale, its interval as a whisker, the chance level as a mark."""

import base64
import html
from collections.abc import Sequence

from core.estimates import Estimate, Score
from explorer.look import theme

WIDE, HIGH = 300, 22  # units of the picture, which takes the width there is
EDGE = 6  # left free at both ends


def whisker(
    estimate: Estimate, score: Score | None, said: str, *, beside: Sequence[Estimate] = ()
) -> str:
    """A picture of an estimate, as HTML; `said` is what it shows, in words.

    Those drawn `beside` it share its scale.
    """
    low, high = _scale((estimate, *beside), score)

    def at(value: float) -> float:
        share = (value - low) / ((high - low) or 1)
        return round(EDGE + min(max(share, 0), 1) * (WIDE - 2 * EDGE), 1)

    middle = HIGH / 2
    parts = [
        f'<line x1="{EDGE}" x2="{WIDE - EDGE}" y1="{middle}" y2="{middle}" stroke="#8a8a8a" '
        'stroke-opacity=".25"/>'
    ]
    if (chance := estimate.chance) is not None:
        ends = [at(chance.value if end is None else end) for end in (chance.low, chance.high)]
        parts.append(
            f'<rect x="{ends[0] - 1}" y="3" width="{ends[1] - ends[0] + 2}" height="{HIGH - 6}" '
            'fill="#8a8a8a" fill-opacity=".45"/>'
        )
    if (interval := estimate.interval) is not None:
        parts.append(
            f'<line x1="{at(interval.low)}" x2="{at(interval.high)}" y1="{middle}" y2="{middle}" '
            f'stroke="{theme.color(0)}" stroke-width="4" stroke-linecap="round"/>'
        )
    parts.append(
        f'<circle cx="{at(estimate.value)}" cy="{middle}" r="5.5" fill="{theme.color(0)}"/>'
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}">'
        f"{''.join(parts)}</svg>"
    )
    picture = base64.b64encode(svg.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{picture}" alt="{html.escape(said)}" '
        f'title="{html.escape(said)}" style="width: 100%; display: block">'
    )


def _scale(estimates: Sequence[Estimate], score: Score | None) -> tuple[float, float]:
    """The ends of the scale: those of the measure where it has any, else around what is shown."""
    shown = [end for one in estimates for end in (one.value, *one.ends)]
    shown += [one.chance.value for one in estimates if one.chance is not None]
    spread = max(shown) - min(shown) or abs(shown[0]) or 1.0
    low = min(shown) - 0.15 * spread if score is None or score.low is None else score.low
    high = max(shown) + 0.15 * spread if score is None or score.high is None else score.high
    return low, high
