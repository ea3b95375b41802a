"""Opening files: look into them, confirm what they mean, make spaces of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import cast

import pandas as pd
import streamlit as st

from core.counts import counted
from core.errors import InvalidFile
from core.io import Ambiguous, Choice, Finding, Opened, Undecided, read_all, space_of
from core.io.findings import Kind
from core.io.roles import other_labels
from core.space import ROLES, EmbeddingSpace, Role
from explorer.keep.uploads import give_up, kept
from explorer.keep.visitors import may_upload, sees_disk
from explorer.look.downloads import binary
from explorer.look.theme import literal, plain
from explorer.session.limits import check_upload
from explorer.session.workspace import open_space, session
from explorer.work.compute import awaited
from explorer.work.jobs import jobs

NO_COLUMN = "(none)"
_CODE = re.compile(r"\b[Ii]n (?:Python|R): ")
ROLE_HELP: Mapping[Role, str] = {
    "label": "The class of an item.",
    "modality": "What kind of item it is: image, text, ...",
    "pair": "Items with the same value show the same thing: an image and its caption.",
    "text": "What is shown and searched.",
    "image": "A picture, as bytes or as a data address.",
    "length": "Length of the text, in tokens, words or characters.",
    "group": "Items that belong together: document, video, patient.",
    "position": "Order within a group.",
    "level": "Of a prompt: the column that holds its class. Empty for the items it names.",
    "step": "When in training: the same items once at every step. Measures look at one of them.",
    "domain": "Where it comes from: site, source, background or target.",
    "side": "Query or answer.",
    "target": "A number to predict.",
    "tags": "What is seen or said together, several in a cell: red circle, blue ring.",
}
Stamp = tuple[tuple[str, int], ...]
Read = tuple[tuple[Opened, ...], tuple[InvalidFile, ...]]


def ask_for_files() -> tuple[Path, ...]:
    """The files that were dropped, or the one that was named; none if neither."""
    if not may_upload():
        st.info("Whoever shares this app has switched off uploads.", icon=":material/lock:")
        return ()
    files = st.file_uploader(
        "Embeddings, and the tables that belong to them",
        accept_multiple_files=True,
        key=f"upload.{session().upload_round}",
        help="Several files at once belong together: vectors.tsv and metadata.tsv, or a.npy and "
        "a.csv with one row a vector. NumPy, Parquet, Arrow, CSV, JSON, PyTorch, safetensors, "
        "HDF5, flat indexes of FAISS and word vectors are read, also as .gz or .zst.",
    )
    named = _named() if sees_disk() else ""  # the disk is not a guest's to look at
    if files:
        check_upload(files)
        return kept(files, session().id)
    if not named:
        return ()
    try:
        path = Path(named).expanduser()
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        msg = f"{named!r} cannot be looked up on this machine: {error}. Check the path."
        raise InvalidFile(msg) from error
    if not exists:
        msg = f"There is no file {named!r} on this machine. Check the path."
        raise InvalidFile(msg)
    return (path,)


def _named() -> str:
    return st.text_input(
        "Or a file on this machine",
        key=f"path.{session().upload_round}",
        placeholder="/path/to/embeddings.npy",
        help="Large .npy files are best opened this way: they stay on disk.",
    ).strip()


def proposals(paths: tuple[Path, ...]) -> None:
    """What was found in the files, and what to ask or confirm before it is opened."""
    stamp = tuple((str(path), path.stat().st_mtime_ns) for path in paths)
    first: Answer = st.session_state.get(f"answer.{stamp}", Answer())
    answer, read = first, _read(stamp, first)
    if read is None:
        return
    contents, refused = read
    for error in refused:
        _refused(error, stamp)
    again = _other_vectors(contents[0], stamp, answer) if len(contents) == 1 else answer
    if again != answer:
        answer, read = again, _read(stamp, again)
        contents = () if read is None else read[0]
    offers = [_proposal(opened, stamp, answer, position=at) for at, opened in enumerate(contents)]
    contents = _with_centered(contents, offers, stamp, answer=answer)
    text = "Open this space" if len(offers) == 1 else f"Open these {len(offers)} spaces"
    if offers and contents and st.button(text, icon=":material/check:", key=f"go.{stamp}"):
        names = [
            open_space(
                accepted.name,
                repr(accepted),
                accepted.load,
                space=accepted.space(opened),
                files=[path for path in paths if path.is_file()],
            )
            for accepted, opened in reversed(list(zip(offers, contents, strict=True)))
        ]
        session().notices.append((True, _are_open([plain(repr(name)) for name in names[::-1]])))
        for said in product({answer, first}, (False, True)):
            jobs().forget(("read", stamp, said))  # what was opened holds it now
        give_up(paths)
        session().upload_round += 1  # a fresh uploader
        st.rerun()


def _are_open(names: Sequence[str]) -> str:
    """What is said of spaces that were opened, of which the first is looked at."""
    first, *others = names
    if not others:
        return f"{first} is open and is now the current space."
    last = f"{', '.join([first, *others[:-1]])} and {others[-1]}"
    return f"{last} are open; {first} is now the current space."


@dataclass(frozen=True)
class Answer:
    """What a person said where a file does not: its vectors, and which table belongs to which."""

    choose: str | None = None
    belongs: tuple[tuple[str, str], ...] = ()


def _refused(error: InvalidFile, stamp: Stamp) -> None:
    """Say why a file cannot be opened, or ask what would let it be."""
    if not isinstance(error, Ambiguous | Undecided):
        said, code = _with_lines(str(error))
        st.warning(literal(said), icon=":material/error:")
        if code:
            st.code(code, language="python", wrap_lines=True)
        return
    with st.container(border=True):
        asked = error.question if isinstance(error, Undecided) else error
        st.markdown(f":material/help: {literal(asked)}")
        match error:
            case Ambiguous():
                pairs = tuple(
                    (table, st.selectbox(
                        f"{plain(table)} describes", error.vectors, key=f"belongs.{stamp}.{table}",
                        index=min(place, len(error.vectors) - 1),
                    ))
                    for place, table in enumerate(error.tables)
                )  # fmt: skip
                _answer_button("Join them so", stamp, Answer(belongs=pairs))
            case Undecided():
                choice = st.selectbox(
                    "Take as the vectors", error.choices, format_func=_said, key=f"take.{stamp}"
                )
                _answer_button("Take these", stamp, Answer(choose=choice.name))


def _with_lines(refusal: str) -> tuple[str, str]:
    """What a refusal says, and the lines of code that mend it, which may be none."""
    if (found := _CODE.search(refusal)) is None:
        return refusal, ""
    return refusal[: found.end()].strip(), refusal[found.end() :].rstrip(".").replace("; ", "\n")


def _answer_button(text: str, stamp: Stamp, answer: Answer) -> None:
    st.button(text, key=f"answer.go.{stamp}", on_click=_answered, args=(stamp, answer))


def _answered(stamp: Stamp, answer: Answer) -> None:
    before: Answer = st.session_state.get(f"answer.{stamp}", Answer())
    st.session_state[f"answer.{stamp}"] = Answer(
        answer.choose or before.choose, answer.belongs or before.belongs
    )


def _other_vectors(opened: Opened, stamp: Stamp, answer: Answer) -> Answer:
    """Ask which of several arrays are the vectors, if there are several."""
    if len(opened.choices) < 2:
        return answer
    names = [choice.name for choice in opened.choices]
    choice = st.selectbox(
        "Vectors",
        opened.choices,
        names.index(opened.chosen),
        format_func=_said,
        key=f"choice.{stamp}.{answer}",
        help="The file holds several arrays that can be the vectors.",
    )
    return answer if choice.name == opened.chosen else replace(answer, choose=choice.name)


def _said(choice: Choice) -> str:
    return f"{choice.name} ({choice.shape[0]:,} by {choice.shape[1]:,})"


@dataclass(frozen=True)
class Accepted:
    """A proposal as a person accepted it: enough to read the same space from disk again."""

    stamp: Stamp
    answer: Answer
    position: int
    name: str
    roles: tuple[tuple[Role, str], ...]
    drop: frozenset[Kind]  # whose remedy was agreed to

    def space(self, opened: Opened) -> EmbeddingSpace:
        """The space of the file, as accepted."""
        return space_of(replace(opened, name=self.name), dict(self.roles), drop=self.drop)

    @property
    def centered(self) -> bool:
        """Whether the mean of the vectors is taken off while they are read."""
        return "swamped" in self.drop

    def load(self) -> EmbeddingSpace:
        """The same space, read again."""
        opened, refused = _opened(self.stamp, self.answer, center=self.centered)
        if self.position >= len(opened):
            raise refused[0]
        return self.space(opened[self.position])


def _with_centered(
    contents: Sequence[Opened], offers: Sequence[Accepted], stamp: Stamp, *, answer: Answer
) -> tuple[Opened, ...]:
    """The files as they were accepted: some with the mean of their vectors taken off."""
    if not any(offer.centered for offer in offers):
        return tuple(contents)
    again = _read(stamp, answer, center=True)
    if again is None:
        return ()
    return tuple(
        about if offer.centered else as_they_are
        for offer, as_they_are, about in zip(offers, contents, again[0], strict=True)
    )


def _read(stamp: Stamp, answer: Answer, *, center: bool = False) -> Read | None:
    name, key = Path(stamp[0][0]).name, (answer, center)
    work = partial(_looked_at, stamp, answer, center=center)
    result = awaited(("read", stamp, key), f"Reading {name}", work, place=f"data.read.{key}")
    return cast("Read | None", result)


def _looked_at(stamp: Stamp, answer: Answer, *, center: bool) -> Read:
    opened, refused = _opened(stamp, answer, center=center)
    for one in opened:
        one.look()  # here, and not while the page is drawn
    return opened, refused


def _opened(stamp: Stamp, answer: Answer, *, center: bool = False) -> Read:
    paths = [Path(path) for path, _ in stamp]
    return read_all(paths, choose=answer.choose, belongs=dict(answer.belongs), center=center)


def _proposal(opened: Opened, stamp: Stamp, answer: Answer, *, position: int) -> Accepted:
    """Show what is in a file, and ask what it means."""
    key = f"{stamp}.{opened.chosen}.{position}"
    n_items, n_dims = opened.vectors.shape
    with st.container(border=True):
        st.subheader(f"{counted(n_items, 'item')} in {counted(n_dims, 'dimension')}", anchor=False)
        name = st.text_input("Name of the space", opened.name, key=f"name.{key}", width=400)
        drop = _findings(opened.findings, key)
        _preview(opened, key)
        roles: dict[Role, str] = {}
        if len(opened.items.columns):
            st.markdown("**What the columns mean.** Guessed from names and contents: check them.")
            if others := other_labels(opened.items, opened.roles):
                said = f"**{plain(opened.roles['label'])}** is taken; so would be {_listed(others)}"
                st.markdown(f":material/help: No name says which column is the label: {said}.")
            roles = role_form(opened.items, opened.roles, key=f"roles.{key}")
    called = name.strip() or opened.name
    if "swamped" in drop:
        called = f"{called} · centered"
    return Accepted(stamp, answer, position, called, tuple(roles.items()), drop)


def _listed(columns: Sequence[str]) -> str:
    *most, last = map(plain, columns)
    return f"{', '.join(most)} or {last}" if most else last


def _preview(opened: Opened, key: str) -> None:
    rows = opened.items.head(50)
    shown = rows[[column for column in rows if not binary(opened.items[column])]]
    if len(shown.columns):
        st.dataframe(shown, height=200, key=f"preview.{key}", alt="The first rows of the file")
    else:
        st.caption(
            "Bare vectors. To say more about the items, open the file together with a table that "
            "has one row a vector."
        )


def _findings(findings: Sequence[Finding], key: str) -> frozenset[Kind]:
    """Show what is wrong; return the kinds whose remedy is wanted."""
    drop: set[Kind] = set()
    for position, finding in enumerate(findings):
        if finding.remedy is None:
            st.caption(f":material/info: {finding.sentence}")
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/warning: {finding.sentence}")
            proposed = finding.remedy in {"drop", "center"}
            what = "Open centered" if finding.remedy == "center" else "Leave these out"
            if st.toggle(what, proposed, key=f"drop.{key}.{position}"):
                drop.add(finding.kind)
    return frozenset(drop)


def role_form(items: pd.DataFrame, proposed: Mapping[Role, str], *, key: str) -> dict[Role, str]:
    """Ask which column plays which role."""
    columns = [NO_COLUMN, *map(str, items.columns)]
    if len(columns) == 1:
        st.caption("There are no columns to give a meaning to.")
        return {}
    chosen: dict[Role, str] = {}
    for start in range(0, len(ROLES), 4):
        for role, place in zip(ROLES[start : start + 4], st.columns(4), strict=False):
            column = place.selectbox(
                role.capitalize(),
                columns,
                columns.index(proposed[role]) if proposed.get(role) in columns else 0,
                key=f"{key}.{role}",
                help=ROLE_HELP[role],
            )
            if column != NO_COLUMN:
                chosen[role] = column
    return chosen
