"""A paper as a page hands it over: the file, or word that it is being prepared; the page then looks again by itself."""

from __future__ import annotations

import io
from datetime import timedelta

from flask import Response, g, make_response, render_template, send_file

from marketplace.papers.drawing import Sheet, ask_for_paper
from tenants.shared import clock

SOON, LATER = 2, 15
"""Seconds after which the page looks again: at first, and once it takes long."""

LONG = timedelta(seconds=30)


def hand_over(sheet: Sheet, *, name: str, title: str, back: str) -> Response:
    """The PDF as ``name``; or 202 and a page that calls it ``title``, looks again by itself, and leads ``back``."""
    now = clock.now()
    paper = ask_for_paper(acting=g.acting, sheet=sheet, now=now)
    if paper.content is not None:
        response = send_file(io.BytesIO(paper.content), mimetype="application/pdf", download_name=name)
    else:
        long = paper.asked_at <= now - LONG
        scene = {"title": title, "back": back, "long": long, "alone": sheet.about_person_id is not None}
        response = make_response(render_template("papers/preparing.html", **scene), 202)
        response.headers["Refresh"] = str(LATER if long else SOON)
    response.headers["Cache-Control"] = "private, no-store"
    return response
