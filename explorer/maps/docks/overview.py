"""The space at a glance: its vital signs, what stands out, and where to go from here."""

from core.space import EmbeddingSpace
from explorer.measures.standouts import what_stands_out
from explorer.measures.vitals import report_download, vital_signs
from explorer.session.navigation import course_link, tour_link


def overview(projection: EmbeddingSpace | None) -> None:
    """Draw the vital signs as rows; a click colors the map by what is behind one."""
    tour_link()
    vital_signs()
    what_stands_out(projection)
    course_link()
    report_download()
