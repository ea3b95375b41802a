"""The spaces of the process are held once, within a budget that counts all they hold."""

import numpy as np
import pandas as pd
import pytest

from core.errors import ExplorerError
from core.space import EmbeddingSpace
from explorer.session.registry import Registry


def test_pictures_in_the_items_count():
    pictures = pd.DataFrame({"picture": [bytes(1 << 20) for _ in range(4)]})
    space = EmbeddingSpace("pictures", np.ones((4, 2), np.float32), pictures)
    registry = Registry(8 << 20)
    registry.add("a", lambda: space, space=space)
    assert registry.n_bytes > 4 << 20
    with pytest.raises(ExplorerError, match=r"needs 0\.0 GiB"):
        Registry(1 << 20).add("a", lambda: space, space=space)


def test_work_that_outlives_its_session_still_has_its_space(joint):
    registry = Registry(1 << 30)
    registry.add("a", lambda: joint, holder="one")
    space = registry.opener("a")
    registry.leave("one")
    with pytest.raises(KeyError):
        registry.get("a")
    assert space() is joint
    registry.add("a", lambda: joint.take(np.arange(3)), holder="other")
    assert len(registry.get("a", "other")) == 3
    assert registry.n_bytes < joint.vectors.nbytes + joint.unit.nbytes
