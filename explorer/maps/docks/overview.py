"""The space at a glance: its vital signs, what stands out, and where to go from here."""

from explorer.measures.standouts import what_stands_out
from explorer.measures.vitals import report_download, vital_signs
from explorer.session.navigation import course_link, tour_link


def overview() -> None:
    """Draw the vital signs as rows; a click colors the map by what is behind one."""
    tour_link()
    vital_signs()
    what_stands_out()
    course_link()
    report_download()
