"""A map of a space, made at once: the one that is named, or the one that shows most."""

from core.catalog import projections
from core.engines.maps.first_look import candidates
from core.engines.maps.kept_labels import kept_labels
from core.errors import BadParameter
from core.space import EmbeddingSpace


def placed(space: EmbeddingSpace, projection: EmbeddingSpace | str = "auto") -> EmbeddingSpace:
    """The items on a plane.

    Parameters
    ----------
    projection
        A map that is there already; or the key of a projection, or ``"auto"`` for the one that the
        app looks at first.

    Raises
    ------
    BadParameter
        If there is no such projection, or it is not a plane of these items.
    """
    if isinstance(projection, EmbeddingSpace):
        if projection.n_dims != 2 or len(projection) != len(space):
            msg = (
                f"A map of {len(space):,} items in 2 dimensions was expected; found "
                f"{len(projection):,} items in {projection.n_dims:,}."
            )
            raise BadParameter(msg)
        return projection
    known = projections()
    if projection != "auto" and projection not in known:
        msg = f"There is no projection {projection!r}; there are auto, {', '.join(known)}."
        raise BadParameter(msg)
    keys = candidates(space) if projection == "auto" else (projection,)
    maps = [known[key](space, n_components=2) for key in keys]
    if len(maps) == 1:
        return maps[0]
    return max(maps, key=lambda one: kept_labels(space, one.vectors).value)
