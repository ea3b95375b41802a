"""What happened is said for a while, and only until something else has."""

from streamlit.testing.v1 import AppTest

from explorer.shell import frame


def script():
    import streamlit as st  # noqa: PLC0415 - a script by itself

    from explorer.session.workspace import session  # noqa: PLC0415 - the same
    from explorer.shell.frame import notices  # noqa: PLC0415 - the same

    session().notices += [(True, said) for said in st.session_state.pop("news", [])]
    notices()


def test_what_happened_before_is_not_said_beside_what_happened_last(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(frame.time, "monotonic", lambda: now[0])
    app = AppTest.from_function(script)

    def said(at, *news):
        now[0] = at
        app.session_state["news"] = list(news)
        return [one.value for one in app.run().success]

    assert said(0.0, "a is open", "b is open") == ["a is open", "b is open"]
    assert set(said(1.0, "c is open")) == {"a is open", "b is open", "c is open"}
    assert said(10.0, "d is open") == ["d is open"]
    assert said(15.0) == ["d is open"]
    assert said(31.0) == []
