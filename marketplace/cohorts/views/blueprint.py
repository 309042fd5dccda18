"""The blueprint that all rooms of these pages share, and their tabs."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from marketplace.cohorts import board as board_pages
from marketplace.programmes.tabs import Tab, register

bp = Blueprint("cohorts", __name__)
board_pages.install(bp)

register(Tab("overview", _l("Overview"), "cohorts.show", 10))
register(Tab("people", _l("People"), "cohorts.board", 20, shown=lambda seen: seen.runs or seen.coordinates))
register(Tab("timeline", _l("Timeline"), "cohorts.timeline_page", 80, shown=lambda seen: seen.runs))
register(Tab("settings", _l("Settings"), "cohorts.settings", 90, shown=lambda seen: seen.runs))
