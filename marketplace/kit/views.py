"""The pages of a programme's kit: read, print, and for those who run the programme, write."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.conversations.file_kinds import MEDIA_TYPES, UnusableFile, read_file
from marketplace.conversations.merging import differences
from marketplace.conversations.models import FILE_MOST
from marketplace.kit import commands, queries
from marketplace.kit.commands import ItemChanged, Written
from marketplace.kit.defaults import CHECKLISTS
from marketplace.kit.forms import ResourceForm
from marketplace.kit.models import WORDS, ResourceKind, ResourceVersion
from marketplace.kit.papers import kit_sheet
from marketplace.kit.queries import Item
from marketplace.kit.reading import paper_html
from marketplace.kit.words import KINDS, READERS
from marketplace.papers.handing import hand_over
from marketplace.programmes.queries import cohort_or_404
from marketplace.programmes.tabs import Tab, register
from marketplace.showcase.queries import ProgrammeSeen, programme_seen_or_404, run_programme_seen_or_404
from tenants.shared import clock
from tenants.shared.flashes import flash_undo

bp = Blueprint("kit", __name__)
of_cohort = Blueprint("cohort_kit", __name__)

register(Tab("kit", _l("Kit"), "cohort_kit.show", 60))


def language() -> str:
    return str(get_locale())[:2]


def _scene(seen: ProgrammeSeen) -> dict[str, Any]:
    return {
        "seen": seen,
        "programme": seen.programme,
        "programme_id": seen.programme.id,
        "language": language(),
        "readers": READERS,
        "kinds": KINDS,
    }


@bp.get("")
def index(programme_id: int) -> str:
    seen = programme_seen_or_404(g.acting, programme_id)
    return render_template("kit/index.html", **_scene(seen), items=queries.kit(seen))


@of_cohort.get("")
def show(cohort_id: int) -> str:
    """The kit of the cohort's programme, below the cohort's own head."""
    cohort = cohort_or_404(g.acting, cohort_id)
    seen = programme_seen_or_404(g.acting, cohort.programme.id)
    return render_template("kit/cohort.html", **_scene(seen), cohort_seen=cohort, items=queries.kit(seen))


@bp.get("/print")
def print_all(programme_id: int) -> Response:
    seen = programme_seen_or_404(g.acting, programme_id)
    items = [item for item in queries.kit(seen) if not item.hidden]
    if not items:
        abort(404)
    back = url_for("kit.index", programme_id=programme_id)
    return hand_over(kit_sheet(seen, items, language()), name=f"{_('kit')}.pdf", title=_("Kit"), back=back)


@bp.get("/<key>")
def paper(programme_id: int, key: str) -> str:
    seen = programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    items = [one for one in queries.kit(seen) if not one.hidden or one.key == key]
    at = next(number for number, one in enumerate(items) if one.key == key)
    return render_template(
        "kit/paper_page.html",
        **_scene(seen),
        item=item,
        words=paper_html(item.text(language()), top=2),
        checks=item.key in CHECKLISTS,
        file=queries.file_or_404(seen, item) if item.kind is ResourceKind.file else None,
        before=items[at - 1] if at else None,
        after=items[at + 1] if at + 1 < len(items) else None,
    )


@bp.get("/<key>/print")
def print_one(programme_id: int, key: str) -> Response:
    seen = programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    back = url_for("kit.paper", programme_id=programme_id, key=key)
    title = item.title(language())
    return hand_over(kit_sheet(seen, [item], language()), name=f"{item.key}.pdf", title=title, back=back)


@bp.get("/<key>/file")
def download(programme_id: int, key: str) -> Response:
    """To keep, never to open inside the site: whatever it holds, it runs nowhere near a session."""
    seen = programme_seen_or_404(g.acting, programme_id)
    file = queries.file_or_404(seen, queries.item_or_404(seen, key), content=True)
    response = send_file(
        io.BytesIO(file.content), mimetype=MEDIA_TYPES[file.kind], as_attachment=True, download_name=file.name
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- writing ----------------------------------------------------------------------------------------------------------


def _form_page(
    seen: ProgrammeSeen, form: ResourceForm, item: Item | None, *, status: int = 200, **more: Any
) -> ResponseReturnValue:
    accept = ",".join(f".{ending}" for ending in (*MEDIA_TYPES, "jpeg"))
    return render_template("kit/form.html", **_scene(seen), form=form, item=item, accept=accept, **more), status


def _preview(seen: ProgrammeSeen, form: ResourceForm, item: Item | None) -> ResponseReturnValue:
    """What readers would see, in both languages where both are written. Nothing is saved."""
    texts = [
        (lang, form[f"title_{lang}"].data, paper_html(form[f"body_{lang}"].data or "", top=4))
        for lang in ("en", "fr")
        if form[f"body_{lang}"].data
    ]
    return _form_page(seen, form, item, preview=texts)


def _written(form: ResourceForm) -> Written | None:
    """None: the file cannot be taken, and the form says why."""
    sent = form.file.data if form.kind is ResourceKind.file else None
    if not sent or not sent.filename:
        return form.written()
    try:
        return form.written(file=read_file(sent.filename, sent.read(FILE_MOST + 1)))
    except UnusableFile as wrong:
        form.file.errors = [wrong.sentence]
        return None


def _kind_asked() -> ResourceKind:
    asked = request.values.get("kind", "text")
    return ResourceKind(asked) if asked in set(ResourceKind) else abort(404)


@bp.get("/new")
def new(programme_id: int) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    return _form_page(seen, ResourceForm(formdata=None).made_for(_kind_asked()), None)


@bp.post("")
def add(programme_id: int) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    kind = _kind_asked()
    form = ResourceForm().made_for(kind, file_needed=True)
    if request.form.get("look"):
        return _preview(seen, form, None)
    written = _written(form) if form.validate_on_submit() else None
    if written is None:
        return _form_page(seen, form, None, status=422)
    row = commands.add_resource(acting=g.acting, seen=seen, kind=kind, written=written, now=clock.now())
    flash(_("It is in the kit, and its readers find it there."), "ok")
    return redirect(url_for("kit.paper", programme_id=programme_id, key=row.id), 303)


@bp.get("/<key>/text")
def edit(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    data = {name: getattr(item.words, name) for name in WORDS}
    data |= {"side": item.side.value, "version": item.version, "url": item.url}
    return _form_page(seen, ResourceForm(formdata=None, data=data).made_for(item.kind), item)


@bp.post("/<key>/text")
def save(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    form = ResourceForm().made_for(item.kind)
    if request.form.get("look"):
        return _preview(seen, form, item)
    written = _written(form) if form.validate_on_submit() else None
    if written is None:
        return _form_page(seen, form, item, status=422)
    try:
        merged = commands.save_resource(
            acting=g.acting, seen=seen, key=key, written=written, began_with=form.version.data, now=clock.now()
        )
    except ItemChanged as changed:
        # What was typed stays in the form; saved again, it follows on what the other wrote, which stays as a version.
        form.version.data = changed.item.version
        return _form_page(
            seen,
            form,
            changed.item,
            status=422,
            pieces=_differences(changed.item.words, written),
            saved=_latest(seen, key),
        )
    if merged:
        flash(_("Somebody else saved meanwhile. Both changes are kept."), "ok")
    return redirect(url_for("kit.paper", programme_id=programme_id, key=key), 303)


def _latest(seen: ProgrammeSeen, key: str) -> queries.SavedVersion | None:
    return next(iter(queries.versions(seen, queries.item_or_404(seen, key))), None)


def _differences(before: Any, after: Any) -> list[tuple[str, list[Any]]]:
    """(language, pieces) of each language in which the two say something else."""
    found = []
    for lang in ("en", "fr"):
        said = [
            f"{getattr(words, f'title_{lang}')}\n\n{getattr(words, f'body_{lang}')}" if words else ""
            for words in (before, after)
        ]
        if said[0] != said[1]:
            found.append((lang, list(differences(*said))))
    return found


@bp.get("/<key>/versions")
def versions(programme_id: int, key: str) -> str:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    return render_template("kit/versions.html", **_scene(seen), item=item, versions=queries.versions(seen, item))


@bp.get("/<key>/versions/<int:number>")
def version(programme_id: int, key: str, number: int) -> str:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    saved = queries.version_or_404(seen, item, number)
    before = queries.words_before(seen, item, number)
    after: Any = saved.version
    if saved.version.is_default:
        after = queries.words_before(seen, item, number + 1)
    return render_template(
        "kit/version.html",
        **_scene(seen),
        item=item,
        saved=saved,
        changes=_differences(before, after),
        url=(before.url if isinstance(before, ResourceVersion) else "", saved.version.url),
    )


@bp.post("/<key>/versions/<int:number>/return")
def restore(programme_id: int, key: str, number: int) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    queries.version_or_404(seen, item, number)
    commands.restore_version(acting=g.acting, seen=seen, key=key, number=number, now=clock.now())
    flash(_("Version %(num)d is the newest again. Those after it are kept.", num=number), "ok")
    return redirect(url_for("kit.paper", programme_id=programme_id, key=key), 303)


@bp.post("/<key>/default")
def follow_default(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = queries.item_or_404(seen, key)
    commands.follow_default(acting=g.acting, seen=seen, key=key, now=clock.now())
    said = _("The default text is back. What was written here is kept among the versions.")
    if item.edited:
        flash_undo(said, url_for("kit.restore", programme_id=programme_id, key=key, number=item.version))
    else:
        flash(said, "ok")
    return redirect(url_for("kit.paper", programme_id=programme_id, key=key), 303)


@bp.post("/<key>/hiding")
def hide(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = commands.hide_resource(seen=seen, key=key, hidden=True, now=clock.now())
    undo = url_for("kit.unhide", programme_id=programme_id, key=key)
    flash_undo(_("“%(title)s” is hidden from its readers.", title=item.title(language())), undo)
    return redirect(url_for("kit.index", programme_id=programme_id), 303)


@bp.post("/<key>/showing")
def unhide(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = commands.hide_resource(seen=seen, key=key, hidden=False, now=clock.now())
    flash(_("“%(title)s” is shown again.", title=item.title(language())), "ok")
    return redirect(url_for("kit.index", programme_id=programme_id), 303)


@bp.post("/<key>/place")
def move(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    commands.move_resource(seen=seen, key=key, up=request.form.get("to") != "down", now=clock.now())
    return redirect(url_for("kit.index", programme_id=programme_id, _anchor=f"paper-{key}"), 303)


@bp.post("/<key>/removal")
def remove(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    item = commands.remove_resource(acting=g.acting, seen=seen, key=key, now=clock.now())
    undo = url_for("kit.bring_back", programme_id=programme_id, key=key)
    flash_undo(_("“%(title)s” is out of the kit.", title=item.title(language())), undo)
    return redirect(url_for("kit.index", programme_id=programme_id), 303)


@bp.post("/<key>/return")
def bring_back(programme_id: int, key: str) -> ResponseReturnValue:
    seen = run_programme_seen_or_404(g.acting, programme_id)
    commands.bring_back(seen=seen, row=queries.removed_or_404(seen, key))
    return redirect(url_for("kit.index", programme_id=programme_id), 303)
