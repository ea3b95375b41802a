"""Where the items of a JSON document are, whatever a service or a database has put around them.

Qdrant, Pinecone, Weaviate, Elasticsearch and the embedding services of OpenAI, Cohere, Google and
others answer with the items somewhere inside of an object, and with what is known of an item
inside of the item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.io.cells import METADATA
from core.io.number_text import is_base64_vector

_DEPTH = 5  # objects and lists around the items
_ABOUT = METADATA | {"_additional", "_source", "additional", "statistics"}


def items_in(value: Any) -> list[Any] | None:
    """The items of a document, if they are inside of an object; None if it is not known where.

    Items are a list of objects with a vector each, an object of these by their keys, or columns
    of equal length of which one holds vectors.
    """
    if _is_page(value):
        return _records(value[0])
    if not isinstance(value, dict):
        return None
    if value.keys() >= {"columns", "data"} and _are_rows(value["columns"], value["data"]):
        return [dict(zip(value["columns"], row, strict=True)) for row in value["data"]]
    if (columns := _columns(value)) is not None:
        names = list(columns)
        return [
            dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
        ]
    return _records(value)


def expanded(item: Any) -> Iterator[Any]:
    """The items that one line holds: itself, or those in an answer of a service, with its name.

    A list is a request, its answer, and what else is known of it, as scripts that ask a service in
    parallel write them.
    """
    if isinstance(item, list) and len(item) > 1 and all(isinstance(one, dict) for one in item):
        yield from _answered(item)
        return
    if not isinstance(item, dict) or _has_vector(item, depth=1):
        yield item
        return
    inside = items_in(item)
    if inside is None:
        yield item
        return
    named = {name: value for name, value in item.items() if not isinstance(value, dict | list)}
    for one in inside:
        yield {**named, **one} if isinstance(one, dict) else one


def _answered(parts: list[dict[str, Any]]) -> Iterator[Any]:
    """The items in one of several objects, with what the others say of each or of all of them."""
    inside = [items_in(part) for part in parts]
    answers = [one for one in inside if one is not None]
    if len(answers) != 1:
        yield parts
        return
    known = {
        name: value
        for part, found in zip(parts, inside, strict=True)
        if found is None
        for name, value in part.items()
    }
    each = {
        name: value
        for name, value in known.items()
        if isinstance(value, list) and len(value) == len(answers[0])
    }
    of_all = {n: value for n, value in known.items() if not isinstance(value, dict | list)}
    for at, one in enumerate(answers[0]):
        said = of_all | {name: value[at] for name, value in each.items()}
        yield {**said, **one} if isinstance(one, dict) else one


def _is_page(value: Any) -> bool:
    """Whether it is a list of points and where the next ones begin, as Qdrant's client has it."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], list)
        and not isinstance(value[1], dict | list)
    )


def flat(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with what was nested in it: metadata under its own names, vectors under both."""
    found: dict[str, Any] = {}
    for name, value in item.items():
        if value is None and name in _ABOUT:
            continue
        if not isinstance(value, dict) or not value:
            found[name] = value
        elif name in _ABOUT:
            for key, inner in flat(value).items():
                found[f"{name}.{key}" if key in item or key in found else key] = inner
        elif _has_vector(value, depth=2) and not value.keys() & {"$binary", "$oid", "_cls"}:
            inner_items = flat(value)
            vectors = [key for key, inner in inner_items.items() if is_vector(inner)]
            for key, inner in inner_items.items():
                alone = len(vectors) == 1 and key in vectors
                found[name if alone else f"{name}.{key}"] = inner
        else:
            found[name] = value
    return found


def is_vector(value: Any) -> bool:
    """Whether a value is a list of two and more numbers, or spells one in base 64."""
    if isinstance(value, str):
        return is_base64_vector(value)
    return (
        isinstance(value, list)
        and len(value) > 1
        and {int, float, type(None)}.issuperset(map(type, value))
        and any(one is not None for one in value)
    )


def _has_vector(value: Any, *, depth: int) -> bool:
    if is_vector(value):
        return True
    if not isinstance(value, dict) or not depth:
        return False
    return any(_has_vector(inner, depth=depth - 1) for inner in value.values())


def _are_rows(columns: Any, rows: Any) -> bool:
    return (
        isinstance(columns, list)
        and isinstance(rows, list)
        and bool(rows)
        and all(isinstance(name, str) for name in columns)
        and all(isinstance(row, list) and len(row) == len(columns) for row in rows)
    )


def _columns(value: dict[str, Any]) -> dict[str, list[Any]] | None:
    """Columns beside a list of vectors; those of several queries one below the other."""
    lists = dict(_lists("", value, depth=2))
    queries = {name: cells for name, cells in lists.items() if _is_nested(cells)}
    shapes = {name: [len(one) for one in cells] for name, cells in queries.items()}
    asked = [name for name, cells in queries.items() if all(map(_mostly_vectors, cells))]
    if asked:  # the answers to several queries
        alike = [name for name, shape in shapes.items() if shape == shapes[asked[0]]]
        if len(alike) < 2:
            return None
        lists = {name: [one for part in queries[name] for one in part] for name in alike}
    vectors = asked or [name for name, cells in lists.items() if _mostly_vectors(cells)]
    if not vectors:
        return None
    n_items = len(lists[vectors[0]])
    alone = len(lists) == 1 and len(value) == 1
    return None if alone else {n: cells for n, cells in lists.items() if len(cells) == n_items}


def _lists(prefix: str, value: dict[str, Any], *, depth: int) -> Iterator[tuple[str, list[Any]]]:
    for name, inner in value.items():
        called = f"{prefix}.{name}" if prefix else name
        if isinstance(inner, list):
            yield called, inner
        elif isinstance(inner, dict) and depth > 1:
            yield from _lists(called, inner, depth=depth - 1)


def _mostly_vectors(cells: list[Any]) -> bool:
    head = cells[:100]
    return bool(head) and 2 * sum(map(is_vector, head)) > len(head)


def _is_nested(cells: list[Any]) -> bool:
    return bool(cells) and all(isinstance(one, list) for one in cells)


def _records(root: dict[str, Any]) -> list[Any] | None:
    """The list, or object, of items nearest to the root, with a vector in most of them."""
    level: list[Any] = [root]
    for _ in range(_DEPTH):
        for value in level:
            if (found := _as_items(value)) is not None:
                return found
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value[:1])
            if isinstance(inner, dict | list) and not is_vector(inner)
        ]
    return None


def _as_items(value: Any) -> list[Any] | None:
    inside = list(value.values()) if isinstance(value, dict) else value
    objects = [one for one in inside if isinstance(one, dict)]
    with_vector = sum(_has_vector(one, depth=3) for one in objects)
    if not objects or len(objects) < len(inside) or 2 * with_vector <= len(objects):
        return None
    if isinstance(value, list):
        return value
    if not any(_is_item(one) for one in objects) or len(objects) < 2:
        return None
    return [one if "id" in one else {"key": key, **one} for key, one in value.items()]


def _is_item(value: dict[str, Any]) -> bool:
    """Whether an object is an item by its key, and not a column of vectors by its rows."""
    cells = [inner for inner in value.values() if inner is not None]
    return not all(map(is_vector, cells)) or set(value) <= {"embedding", "vector", "values", "emb"}
