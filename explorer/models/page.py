"""The page of several models: which, the table, the pictures, where they disagree."""

import streamlit as st

from explorer.look.errors import explained
from explorer.models.disagreement import disagreement
from explorer.models.pictures import agreement, plane, small_maps
from explorer.models.rows import chosen_models
from explorer.models.table import model_table
from explorer.session.current import current_name


def models_page() -> None:
    """Draw the choice of models and all that is said of them side by side."""
    name = current_name()
    if name is None:
        st.info("No space is open. Upload one on the Data page.", icon=":material/upload_file:")
        return
    with explained():
        models = chosen_models(name)
        if models is None:
            return
        spaces = tuple(model.space for model in models)
        model_table(models)
        if len(spaces) == 1:
            st.info(
                "One model. Open more over the same items on the Data page, or choose above how "
                "else this one is stored.",
                icon=":material/add_circle:",
            )
            return
        left, right = st.columns(2, gap="medium")
        with left:
            agreement(spaces)
        with right:
            plane(models)
        small_maps(spaces)
        shown = next((m.space for m in models if m.opened == name and m.stored is None), None)
        disagreement(spaces, shown)
