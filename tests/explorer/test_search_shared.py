"""What a space finds for each query is looked for once, whoever asks: search and failures."""

import numpy as np

import core.engines.failures.found as search
from core.demo import DEMOS
from core.engines.failures.ways import EVERYTHING
from explorer.ask.strengths import searched as told_apart
from explorer.failures.page import searched as failures


def test_what_the_model_tells_apart_and_where_it_fails_are_of_one_search(monkeypatch):
    asked, narrowed = [], search.narrowed
    monkeypatch.setattr(search, "narrowed", lambda *one: asked.append(one) or narrowed(*one))
    space = DEMOS["Shapes and captions"]().take(np.arange(300))
    n_texts, columns = told_apart(space, way=0)
    told = failures(space, way=0, compete=EVERYTHING)
    assert len(asked) == 1 and n_texts == len(told.found.queries)
    assert columns[0][1].value >= 1 - told.found.rate().value
    failures(space, way=1, compete=EVERYTHING)
    assert len(asked) == 2
