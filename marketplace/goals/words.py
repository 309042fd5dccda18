"""What the pages say of a goal's history."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.goals.models import GoalTurn

TURNS = {
    GoalTurn.set: _l("Set"),
    GoalTurn.worded: _l("Worded anew"),
    GoalTurn.progress: _l("Progress"),
    GoalTurn.reached: _l("Reached"),
    GoalTurn.let_go: _l("Let go"),
    GoalTurn.taken_up: _l("Taken up again"),
}
