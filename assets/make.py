"""Make the assets: ``make assets``, which is ``python -m assets.make``.

``favicon.png``, ``logo.svg``: two clusters of points that almost meet.

``digits-network.npz``: the last hidden layer (32 rectified units) of a small network trained to
name the even-numbered digits of scikit-learn's set; the odd-numbered ones are held out.

``shapes-model/``, ``shapes.npz``, ``shapes-nested.npz``: see ``assets/shapes.py`` and
``assets/card.py``.

``clips.npz``: see ``assets/clips.py``.

``docstrings.npz``: see ``assets/docstrings.py``.

``docstring-layers.npz``: see ``assets/docstring_layers.py``.

``documents.npz``, ``drawings.npz``: see ``assets/documents.py`` and ``assets/drawings.py``.

``tasks.npz``: see ``assets/tasks.py``.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from assets.card import card
from assets.clips import clips
from assets.docstring_layers import docstring_layers
from assets.docstrings import docstrings
from assets.documents import documents
from assets.drawings import drawings
from assets.shapes import nested, shapes
from assets.tasks import tasks

HERE = Path(__file__).parent


def digits_network() -> None:
    """Train, take the features of all digits, save them in half precision."""
    digits = load_digits()
    data = digits.data / 16.0
    network = MLPClassifier((64, 32), alpha=1e-3, max_iter=300, random_state=0)
    network.fit(data[::2], digits.target[::2])
    hidden = data
    for weights, bias in zip(network.coefs_[:-1], network.intercepts_[:-1], strict=True):
        hidden = np.maximum(hidden @ weights + bias, 0)
    np.savez_compressed(HERE / "digits-network.npz", features=hidden.astype(np.float16))


def icons() -> None:
    """Draw the points of the icon, once as an image and once as a drawing with the name."""
    rng = np.random.default_rng(7)
    dots = [(x, y, "#0072B2") for x, y in rng.normal((20, 24), 6, (9, 2))]
    dots += [(x, y, "#E69F00") for x, y in rng.normal((44, 40), 6, (9, 2))]
    scale = 4
    image = Image.new("RGBA", (64 * scale, 64 * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for x, y, color in dots:
        box = [scale * (x - 5), scale * (y - 5), scale * (x + 5), scale * (y + 5)]
        draw.ellipse(box, fill=color)
    image.resize((64, 64), Image.Resampling.LANCZOS).save(HERE / "favicon.png")
    circles = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{c}"/>' for x, y, c in dots)
    name = (
        '<text x="72" y="43" textLength="290" font-family="Source Sans, sans-serif" font-size="31" '
        'font-weight="600" fill="#3B8BC0">Embedding Explorer</text>'
    )
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 370 64">{circles}{name}</svg>'
    (HERE / "logo.svg").write_text(drawing + "\n")


if __name__ == "__main__":
    icons()
    digits_network()
    shapes()
    nested()
    card()
    clips()
    docstrings()
    docstring_layers()
    documents()
    drawings()
    tasks()
