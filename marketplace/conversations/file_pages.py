"""The files that the two of a pair hand to each other."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.conversations import commands, queries
from marketplace.conversations.downloads import as_download
from marketplace.conversations.file_kinds import MEDIA_TYPES, UnusableFile, read_file
from marketplace.conversations.forms import FileForm
from marketplace.conversations.models import FILE_MOST, FILES_MOST, MEGABYTE
from marketplace.mentorships.policy import may_write
from marketplace.mentorships.queries import Pair, mentorship_or_404
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("files", __name__)


def _page(pair: Pair, form: FileForm | None = None) -> str:
    found = queries.files(g.acting, pair)
    return render_template(
        "files/index.html",
        pair=pair,
        mentorship_id=pair.mentorship.id,
        may_write=may_write(pair),
        names={pair.seen.mentee.id: pair.seen.mentee.name, pair.seen.mentor.id: pair.seen.mentor.name},
        files=found,
        used=sum(one.size for one in found),
        megabyte=MEGABYTE,
        most=FILE_MOST // MEGABYTE,
        together=FILES_MOST // MEGABYTE,
        form=form or FileForm(formdata=None),
        accept=",".join(f".{ending}" for ending in (*MEDIA_TYPES, "jpeg")),
    )


@bp.get("")
def index(mentorship_id: int) -> str:
    return _page(mentorship_or_404(g.acting, mentorship_id))


@bp.post("")
def add(mentorship_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    form = FileForm()
    if not form.validate_on_submit():
        return _page(pair, form), 422
    sent = form.file.data
    try:
        read = read_file(sent.filename or "", sent.read(FILE_MOST + 1))
    except UnusableFile as wrong:
        form.file.errors = [wrong.sentence]
        return _page(pair, form), 422
    file = commands.add_file(acting=g.acting, pair=pair, file=read, now=clock.now())
    flash(_("“%(name)s” is here for both of you.", name=file.name), "ok")
    return redirect(url_for("files.index", mentorship_id=mentorship_id), 303)


@bp.get("/<int:file_id>")
def download(mentorship_id: int, file_id: int) -> Response:
    pair = mentorship_or_404(g.acting, mentorship_id)
    return as_download(queries.file_or_404(g.acting, pair, file_id, content=True))


@bp.post("/<int:file_id>/removal")
def remove(mentorship_id: int, file_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    file = queries.file_or_404(g.acting, pair, file_id)
    commands.remove_file(acting=g.acting, pair=pair, file=file, removed=True, now=clock.now())
    undo = url_for("files.bring_back", mentorship_id=mentorship_id, file_id=file_id)
    flash_undo(_("“%(name)s” is gone, for both of you.", name=file.name), undo)
    return redirect(url_for("files.index", mentorship_id=mentorship_id), 303)


@bp.post("/<int:file_id>/return")
def bring_back(mentorship_id: int, file_id: int) -> ResponseReturnValue:
    pair = mentorship_or_404(g.acting, mentorship_id)
    file = queries.file_or_404(g.acting, pair, file_id, removed=True)
    commands.remove_file(acting=g.acting, pair=pair, file=file, removed=False, now=clock.now())
    return redirect(url_for("files.index", mentorship_id=mentorship_id), 303)
