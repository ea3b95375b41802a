"""Models that encoded something, kept in the workspace folder of the owner: offered again."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial

from core.origin import EncoderId
from explorer.keep import atomic, entries
from explorer.keep.keeping import store

FILE = "models.json"
MOST = 20


def kept_models() -> list[EncoderId]:
    """The models that were kept, the one that was used last first."""
    if (workspace := store()) is None:
        return []
    try:
        said = json.loads((workspace.folder / FILE).read_text(encoding="utf-8"))
        return [entries.encoder_of(one) for one in said["models"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # none yet, or damaged
        return []


def keep_models(used: Sequence[EncoderId]) -> None:
    """Keep models, the last one first, before those that are kept; not on a disk that is full."""
    if (workspace := store()) is not None:
        known = list(dict.fromkeys([*used, *kept_models()]))[:MOST]
        said = {"models": [asdict(one) for one in known]}
        with suppress(OSError):  # this session offers them all the same
            atomic.write(workspace.folder / FILE, partial(entries.dump, said))
