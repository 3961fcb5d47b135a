"""Replay of a real registration at UC San Diego (WebReg): read, tell, play, compare.

`read.py` says what is taken from the files, `story.py` how counts become people, and each mode in
its own module what it assumes.
"""

from tests.replays.webreg.crowd import Rush
from tests.replays.webreg.read import ReplayProblem
from tests.replays.webreg.replay import MODES, replay
from tests.replays.webreg.report import Report

__all__ = ["MODES", "ReplayProblem", "Report", "Rush", "replay"]
