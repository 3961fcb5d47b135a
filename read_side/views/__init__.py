"""The views: each answers one question.

Registering one is one line here.
"""

from read_side.store import View
from read_side.views import activity, catalog, demand, directory, feedback, roster, schedule

VIEWS: tuple[View, ...] = (
    catalog.VIEW,
    schedule.VIEW,
    roster.VIEW,
    feedback.VIEW,
    demand.VIEW,
    directory.VIEW,
    activity.VIEW,
)
