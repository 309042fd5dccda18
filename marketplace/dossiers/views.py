"""Pages of a candidate's dossier; and the draft for their mentor, while they share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.dossiers import commands, papers, queries
from marketplace.dossiers.comparing import differences_of
from marketplace.dossiers.content import LOCALES, Dossier, flat
from marketplace.dossiers.deriving import MISSING, face_from, missing
from marketplace.dossiers.face import COMMITTEES
from marketplace.dossiers.forms import CommentForm, DossierForm, MandateForm, data_of, data_of_mandate
from marketplace.dossiers.models import BoardDossier, BoardMandate
from marketplace.dossiers.queries import Place
from marketplace.dossiers.telling import Found, telling_words
from marketplace.dossiers.words import PARTS, TEXTS
from marketplace.mentors.drafts import fingerprints, shown_now
from marketplace.mentors.fields import locale
from marketplace.mentors.guidance import kept_sentence
from marketplace.mentorships.home import part
from marketplace.papers.handing import hand_over
from marketplace.readiness.competencies import COMPETENCIES, ROLES
from tenants.shared import clock

bp = Blueprint("dossiers", __name__)

part("dossiers")(queries.dossier_of_pair)

PREVIEWS = tuple((what, one) for what in ("card", "full") for one in LOCALES)


@bp.app_template_filter("named_in")
def named_in(slugs: Sequence[str], known: Mapping[str, Any], language: str) -> str:
    """The names of slugs, one after the other."""
    return ", ".join(one if isinstance(one, str) else one.name.text(language) for one in map(known.__getitem__, slugs))


# --- the sheet ----------------------------------------------------------------------------------------------------------


@bp.get("/")
def find() -> ResponseReturnValue:
    """The candidate's way in: straight to their dossier where there is one only."""
    found = queries.places(g.acting)
    if not found:
        abort(404)
    if len(found) == 1:
        return redirect(url_for("dossiers.edit", network=found[0].slug), 302)
    return render_template("dossiers/find.html", places=found)


@bp.get("/<network>")
def edit(network: str) -> str:
    place = _place(network)
    stored = queries.own_dossier(g.acting, place)
    content = _draft_of(stored) if stored else queries.begun(g.acting, place)
    form = DossierForm(formdata=None, data=data_of(content))
    # Of what is stored, not of what was filled in from an assessment: that is then this window's change, and kept.
    form.show(fingerprints(flat(_draft_of(stored))))
    return _page(form, place, stored, content=content)


@bp.post("/<network>/draft")
def save(network: str) -> ResponseReturnValue:
    """The autosave (a few pieces of the page come back) and the button of the same name (the whole page does)."""
    place, form = _place(network), DossierForm()
    partly = request.headers.get("HX-Request") == "true"
    if not form.validate():
        if partly:
            return render_template("mentors/_problems.html", form=form), 422
        return _page(form, place, queries.own_dossier(g.acting, place)), 422
    saved = _save(form, place)
    if saved.contested:
        return _contested(form, place, saved, partly=partly)
    kept = kept_sentence(dict.fromkeys(_label(form, name) for name in saved.elsewhere))
    if partly:
        form.show(shown_now(form.sent_from(), form.draft(), {}), window=form.window.data)
        return _pieces(form, place, saved.dossier, kept=kept)
    if kept:
        flash(kept, "info")
    flash(_("Saved. Nobody sees it before you publish."), "ok")
    return redirect(url_for("dossiers.edit", network=network), 303)


@bp.post("/<network>/publication")
def publish(network: str) -> ResponseReturnValue:
    place, form = _place(network), DossierForm()
    if not form.validate():
        return _page(form, place, queries.own_dossier(g.acting, place)), 422
    saved = _save(form, place)
    if saved.contested:
        return _contested(form, place, saved)
    content = _whole(place, saved.dossier)
    lacking = missing(content)
    telling = telling_words(content, own_name=g.acting.person_name, employers=[g.acting.org_name])
    if lacking or telling:
        sentences = {name: str(MISSING[name]) for name in lacking}
        for one in telling:
            sentences.setdefault(one.field, _("“%(words)s” may tell who you are.", words=one.words))
        form.point_out(sentences)
        form.show(fingerprints(form.draft()), window=form.window.data)
        return _page(form, place, saved.dossier, telling=telling), 422
    version = commands.publish(acting=g.acting, place=place, now=clock.now())
    flash(_("Version %(number)d is published.", number=version.number), "ok")
    return redirect(url_for("dossiers.edit", network=network), 303)


@bp.get("/<network>/withdrawal")
def ask_withdrawal(network: str) -> str:
    place = _place(network)
    stored = queries.own_dossier(g.acting, place)
    if stored is None or stored.published_number is None:
        abort(404)
    return render_template("dossiers/withdrawal.html", place=place)


@bp.post("/<network>/withdrawal")
def withdraw(network: str) -> ResponseReturnValue:
    commands.withdraw(acting=g.acting, place=_place(network), now=clock.now())
    flash(_("Your dossier is withdrawn: nobody is shown it or its card. Your words stay here."), "ok")
    return redirect(url_for("dossiers.edit", network=network), 303)


@bp.post("/<network>/sharing")
def share(network: str) -> ResponseReturnValue:
    shared = request.form.get("shared") == "yes"
    commands.share(acting=g.acting, place=_place(network), shared=shared, now=clock.now())
    flash(_("Your mentor can read your draft now.") if shared else _("Your draft is yours alone again."), "ok")
    return redirect(url_for("dossiers.edit", network=network, _anchor="sharing"), 303)


# --- as others would see it ---------------------------------------------------------------------------------------------


@bp.get("/<network>/preview")
def preview(network: str) -> str:
    place = _place(network)
    what, language = _chosen()
    content = _whole(place, queries.own_dossier(g.acting, place))
    return render_template(
        "dossiers/preview.html",
        place=place,
        what=what,
        language=language,
        previews=PREVIEWS,
        shown=papers.shown(content, what, language),
        name=g.acting.person_name,
        version=None,
    )


@bp.get("/<network>/papers/<any(full, card):what>/<any(en, fr):language>")
def paper(network: str, what: str, language: str) -> ResponseReturnValue:
    """The draft, or the version asked for, as a PDF."""
    place = _place(network)
    number = request.args.get("version", type=int)
    if number is None:
        content, back = _whole(place, queries.own_dossier(g.acting, place)), "dossiers.preview"
    else:
        content = Dossier.model_validate(queries.version_or_404(g.acting, place, number).content)
        back = "dossiers.versions"
    me = g.acting.person_id
    if what == "card":
        sheet = papers.card_sheet(face_from(content), person_id=me, locale=language)
    else:
        sheet = papers.dossier_sheet(content, name=g.acting.person_name, person_id=me, locale=language)
    title = _("Board dossier") if what == "full" else _("Anonymous card")
    return hand_over(sheet, name=f"board-{what}-{language}.pdf", title=title, back=url_for(back, network=network))


# --- versions -----------------------------------------------------------------------------------------------------------


@bp.get("/<network>/versions")
def versions(network: str) -> str:
    place = _place(network)
    found = queries.versions_of(g.acting, place)
    return render_template(
        "dossiers/versions.html", place=place, versions=found, dossier=queries.own_dossier(g.acting, place)
    )


@bp.get("/<network>/versions/<int:number>")
def version(network: str, number: int) -> str:
    place = _place(network)
    found = queries.version_or_404(g.acting, place, number)
    what, language = _chosen()
    return render_template(
        "dossiers/preview.html",
        place=place,
        what=what,
        language=language,
        previews=PREVIEWS,
        shown=papers.shown(Dossier.model_validate(found.content), what, language),
        name=g.acting.person_name,
        version=found,
    )


@bp.get("/<network>/versions/<int:number>/comparison")
def compare(network: str, number: int) -> str:
    """A version beside another one; without one named, beside the draft."""
    place = _place(network)
    older = queries.version_or_404(g.acting, place, number)
    other = request.args.get("other", type=int)
    newer = (
        Dossier.model_validate(queries.version_or_404(g.acting, place, other).content)
        if other
        else _whole(place, queries.own_dossier(g.acting, place))
    )
    return render_template(
        "dossiers/comparison.html",
        place=place,
        number=number,
        other=other,
        versions=queries.versions_of(g.acting, place),
        rows=differences_of(Dossier.model_validate(older.content), newer, locale()),
    )


@bp.get("/<network>/versions/<int:number>/restoration")
def ask_restoration(network: str, number: int) -> str:
    place = _place(network)
    return render_template(
        "dossiers/restoration.html", place=place, version=queries.version_or_404(g.acting, place, number)
    )


@bp.post("/<network>/versions/<int:number>/restoration")
def restore(network: str, number: int) -> ResponseReturnValue:
    place = _place(network)
    found = queries.version_or_404(g.acting, place, number)
    commands.restore(acting=g.acting, place=place, version=found, now=clock.now())
    flash(_("Your draft says what version %(number)d said. Nothing is published by that.", number=number), "ok")
    return redirect(url_for("dossiers.edit", network=network), 303)


# --- mandates -----------------------------------------------------------------------------------------------------------


@bp.get("/<network>/mandates/new")
def new_mandate(network: str) -> str:
    return _mandate_page(_place(network), MandateForm(formdata=None).offer())


@bp.post("/<network>/mandates")
def add_mandate(network: str) -> ResponseReturnValue:
    place, form = _place(network), MandateForm().offer()
    if not form.validate_on_submit():
        return _mandate_page(place, form), 422
    commands.add_mandate(acting=g.acting, place=place, values=form.values(), now=clock.now())
    return redirect(url_for("dossiers.edit", network=network, _anchor="part-mandates"), 303)


@bp.get("/<network>/mandates/<int:mandate_id>/details")
def edit_mandate(network: str, mandate_id: int) -> str:
    place = _place(network)
    mandate = queries.mandate_or_404(g.acting, place, mandate_id)
    return _mandate_page(place, MandateForm(formdata=None, data=data_of_mandate(mandate)).offer(), mandate)


@bp.post("/<network>/mandates/<int:mandate_id>/details")
def change_mandate(network: str, mandate_id: int) -> ResponseReturnValue:
    place = _place(network)
    mandate, form = queries.mandate_or_404(g.acting, place, mandate_id), MandateForm().offer()
    if not form.validate_on_submit():
        return _mandate_page(place, form, mandate), 422
    commands.change_mandate(mandate=mandate, values=form.values(), now=clock.now())
    return redirect(url_for("dossiers.edit", network=network, _anchor="part-mandates"), 303)


@bp.get("/<network>/mandates/<int:mandate_id>/removal")
def ask_removal(network: str, mandate_id: int) -> str:
    place = _place(network)
    mandate = queries.mandate_or_404(g.acting, place, mandate_id)
    return render_template("dossiers/removal.html", place=place, mandate=mandate)


@bp.post("/<network>/mandates/<int:mandate_id>/removal")
def remove_mandate(network: str, mandate_id: int) -> ResponseReturnValue:
    mandate = queries.mandate_or_404(g.acting, _place(network), mandate_id)
    commands.remove_mandate(mandate=mandate)
    flash(_("The mandate is taken out."), "ok")
    return redirect(url_for("dossiers.edit", network=network, _anchor="part-mandates"), 303)


# --- the mentor ---------------------------------------------------------------------------------------------------------


@bp.get("/shared/<int:network_id>/<int:person_id>")
def shared(network_id: int, person_id: int) -> str:
    return _shared_page(queries.shared_or_404(g.acting, network_id, person_id), CommentForm(formdata=None))


@bp.post("/shared/<int:network_id>/<int:person_id>/comments")
def add_comment(network_id: int, person_id: int) -> ResponseReturnValue:
    found, form = queries.shared_or_404(g.acting, network_id, person_id), CommentForm()
    if not form.validate_on_submit():
        return _shared_page(found, form), 422
    commands.comment(acting=g.acting, shared=found, part=form.part.data, words=form.words.data or "", now=clock.now())
    flash(_("%(name)s finds it beside the draft.", name=found.candidate.split(" ")[0]), "ok")
    return redirect(url_for("dossiers.shared", network_id=network_id, person_id=person_id, _anchor="comments"), 303)


@bp.post("/<network>/comments/<int:comment_id>/settlement")
def settle_comment(network: str, comment_id: int) -> ResponseReturnValue:
    comment = queries.comment_or_404(g.acting, _place(network), comment_id)
    commands.settle_comment(comment=comment, now=clock.now())
    return redirect(url_for("dossiers.edit", network=network, _anchor="sharing"), 303)


# --- what these pages are made of ---------------------------------------------------------------------------------------


def _place(network: str) -> Place:
    return queries.place_or_404(g.acting, network)


def _draft_of(stored: BoardDossier | None) -> Dossier:
    return Dossier.model_validate(stored.content) if stored else Dossier()


def _whole(place: Place, stored: BoardDossier | None) -> Dossier:
    return queries.whole(stored, queries.mandates_of(g.acting, place))


def _chosen() -> tuple[str, str]:
    """What the reader wants to see (the full dossier, the card), and in which language."""
    what, language = request.values.get("as", "full"), request.values.get("in", locale())
    return (what, language) if (what, language) in PREVIEWS else abort(404)


def _save(form: DossierForm, place: Place) -> commands.Saved:
    return commands.save_draft(
        acting=g.acting,
        place=place,
        values=form.draft(),
        window=form.sent_from(insists=request.form.get("keeps") == "mine"),
        now=clock.now(),
    )


def _label(form: DossierForm, name: str) -> str:
    label = str(form[name].label.text)
    kind, _dot, rest = name.partition(".")
    if kind in {"level", "evidence"}:
        competency = COMPETENCIES[rest.rpartition(".")[0] if kind == "evidence" else rest]
        return f"{competency.name.text(locale())}: {label}"
    return label


def _in_words(form: DossierForm, name: str, value: Any) -> str:
    """A value as the other window saved it, readable."""
    if isinstance(value, list):
        names = {choice.value: str(choice.label) for choice in getattr(form[name], "iter_choices", list)()}
        return "\n".join(names.get(one, str(one)) if isinstance(one, str) else _row_in_words(one) for one in value)
    choices = {one.value: str(one.label) for one in form[name].choices} if name.startswith("level.") else {}
    return str(choices.get(str(value), value)) if value is not None else ""


def _row_in_words(row: Mapping[str, Any]) -> str:
    told = [part for value in row.values() for part in (value.values() if isinstance(value, dict) else [value])]
    return ", ".join(str(part) for part in told if part and part is not True)


def _contested(form: DossierForm, place: Place, saved: commands.Saved, *, partly: bool = False) -> ResponseReturnValue:
    """The other window's words beside this one's; nothing contested is stored before somebody chooses."""
    others = {_label(form, name): _in_words(form, name, value) for name, value in saved.contested.items()}
    form.show(shown_now(form.sent_from(), form.draft(), saved.contested), window=form.window.data)
    if partly:
        return _pieces(form, place, saved.dossier, others=others), 409
    return _page(form, place, saved.dossier, others=others), 409


def _state(place: Place, stored: BoardDossier | None, content: Dossier) -> str:
    """``draft``, ``published``, ``changed`` (published, with changes nobody sees)."""
    if stored is None or stored.published_number is None:
        return "draft"
    published = queries.latest_version(g.acting.person_id, place.network_id)
    return "published" if published is not None and published.content == content.kept() else "changed"


def _context(form: DossierForm, place: Place, stored: BoardDossier | None, content: Dossier) -> dict[str, Any]:
    what, _dot, language = request.form.get("shows", "").partition(".")
    if (what, language) not in PREVIEWS:
        what, language = "card", locale()
    lacking = missing(content)
    return {
        "form": form,
        "place": place,
        "dossier": stored,
        "state": _state(place, stored, content),
        "steps": [
            {"text": sentence, "why": "", "done": name not in lacking, "url": f"#{name}"}
            for name, sentence in MISSING.items()
        ],
        "one_sided": [
            str(labels[LOCALES.index(one)])
            for name, labels in TEXTS.items()
            for one in LOCALES
            if getattr(content, name) and not getattr(getattr(content, name), one)
        ],
        "chosen": (what, language),
        "previews": PREVIEWS,
        "live": papers.shown(content, what, language),
    }


def _page(
    form: DossierForm,
    place: Place,
    stored: BoardDossier | None,
    *,
    content: Dossier | None = None,
    others: Mapping[str, str] | None = None,
    telling: Sequence[Found] = (),
) -> str:
    mandates = queries.mandates_of(g.acting, place)
    shown = (
        queries.whole(stored, mandates)
        if content is None
        else content.model_copy(update={"mandates": queries.whole(None, mandates).mandates})
    )
    return render_template(
        "dossiers/edit.html",
        **_context(form, place, stored, shown),
        others=others or {},
        telling=telling,
        mandates=mandates,
        roles=ROLES,
        committee_names=COMMITTEES,
        competencies=COMPETENCIES,
        language_name=locale(),
        today=clock.now().astimezone(g.acting.zone).date(),
        comments=queries.comments_on(g.acting, place.network_id, g.acting.person_id),
        part_words=PARTS,
    )


def _pieces(
    form: DossierForm,
    place: Place,
    stored: BoardDossier,
    *,
    others: Mapping[str, str] | None = None,
    kept: str = "",
) -> str:
    context = _context(form, place, stored, _whole(place, stored))
    return render_template("dossiers/_pieces.html", **context, others=others or {}, kept=kept)


def _mandate_page(place: Place, form: MandateForm, mandate: BoardMandate | None = None) -> str:
    return render_template("dossiers/mandate.html", place=place, form=form, mandate=mandate)


def _shared_page(found: queries.Shared, form: CommentForm) -> str:
    language = request.args.get("in", locale())
    if language not in LOCALES:
        abort(404)
    return render_template(
        "dossiers/shared.html",
        found=found,
        form=form,
        language=language,
        shown=papers.full_html(found.dossier, language),
        comments=queries.comments_on(g.acting, found.network_id, found.person_id),
        part_words=PARTS,
    )
