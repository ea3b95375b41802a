"""Encoders at another temperature of attention: their identity, and reading texts with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.arrays import Vectors
from core.encoders.encoder import variant
from core.errors import NotApplicable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.encoders.encoder import Encoder
    from core.origin import EncoderId

OPTION = "tau"


def temperature(encoder: EncoderId) -> float:
    """The temperature that an identity asks for; 1 where it does not.

    Raises
    ------
    NotApplicable
        If it is not a positive number.
    """
    given = dict(encoder.options).get(OPTION, "1")
    try:
        tau = float(given)
    except ValueError:
        tau = 0.0
    if not tau > 0:
        msg = f"The temperature of {encoder.model!r} must be a number above 0; found {given!r}."
        raise NotApplicable(msg)
    return tau


def at_temperature(encoder: EncoderId, tau: float) -> EncoderId:
    """The same model at a temperature, whatever it had before; 1 leaves no trace."""
    others = tuple(pair for pair in encoder.options if pair[0] != OPTION)
    return replace(encoder, options=others if tau == 1 else (*others, (OPTION, f"{tau:g}")))


def with_temperature(plain: Encoder, tau: float) -> Encoder:
    """An encoder that reads texts with its attention at another temperature (TempScale)."""

    def texts(given: Sequence[str]) -> Vectors:
        from core.encoders import attention  # noqa: PLC0415 - imports torch

        with attention.tempered(tau):
            return plain.encode_texts(given)

    return variant(plain, at_temperature(plain.id, tau), texts=texts)
