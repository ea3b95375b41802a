"""Adam for a few small arrays, where a library of tensors would only wait for its threads."""

from collections.abc import Sequence

import numpy as np

from core.arrays import AnyFloats

_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8


class Adam:
    """Steps of Adam (Kingma & Ba 2015), made in place."""

    def __init__(self, weights: Sequence[AnyFloats], rate: float) -> None:
        self.weights, self.rate, self.done = list(weights), rate, 0
        self._first = [np.zeros_like(weight) for weight in weights]
        self._second = [np.zeros_like(weight) for weight in weights]

    def step(self, gradients: Sequence[AnyFloats], slower: float = 1.0) -> None:
        """One step against some gradients, at a share of the rate."""
        self.done += 1
        right = np.sqrt(1 - _SECOND**self.done) / (1 - _FIRST**self.done)
        each = zip(self.weights, gradients, self._first, self._second, strict=True)
        for weight, gradient, mean, square in each:
            mean[...] += (1 - _FIRST) * (gradient - mean)
            square[...] += (1 - _SECOND) * (gradient * gradient - square)
            weight[...] -= slower * self.rate * right * mean / (np.sqrt(square) + _TINY)
