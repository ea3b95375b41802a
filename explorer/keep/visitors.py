"""Who is at the screen: the owner of the app, or a guest with an address of their own."""

import hmac
from collections.abc import Iterable

import streamlit as st

from explorer.keep.startup import startup


def known(given: Iterable[str]) -> str | None:
    """The first of some words that is the token of a visitor; None if none is.

    Every comparison takes the same time, however much of a token is right.
    """
    tokens = [token.encode() for token in (startup().token, *startup().guests) if token]
    for word in given:
        if sum(hmac.compare_digest(word.encode(), token) for token in tokens):
            return word
    return None


def visitor() -> str:
    """The token of whoever is at the screen; nothing where the app asks for none."""
    return known(st.context.cookies.values()) or ""


def may_upload() -> bool:
    """Whether files may be uploaded."""
    return not startup().read_only


def sees_disk() -> bool:
    """Whether files of this machine may be named: not by a guest."""
    return is_owner() and may_upload()


def is_owner() -> bool:
    """Whether it is who started the app: to them belong the workspace folder and the disk."""
    return not startup().guests or visitor() == startup().token
