"""The views: each answers one question.

Registering one is one line here.
"""

from read_side.store import View
from read_side.views import (
    activity,
    catalog,
    demand,
    directory,
    feedback,
    notifications,
    roster,
    schedule,
    standing,
    waitlist,
)

VIEWS: tuple[View, ...] = (
    catalog.VIEW,
    schedule.VIEW,
    roster.VIEW,
    waitlist.VIEW,
    standing.VIEW,
    notifications.VIEW,
    feedback.VIEW,
    demand.VIEW,
    directory.VIEW,
    activity.VIEW,
)
