"""The search firms that a network admits; and for a search firm, the networks that admit it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.organisations.words import reserved_words
from tenants.search_firms import commands, queries
from tenants.search_firms.forms import AcceptanceForm, KnownSearchFirmForm, NewSearchFirmForm
from tenants.search_firms.policy import may_accept, may_admit, may_see_admissions
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("admissions", __name__)


@bp.before_request
def only_the_two_sides() -> None:
    if g.acting is None or not may_see_admissions(g.acting):
        abort(404)


def _admitting() -> None:
    if not g.acting.in_network:
        abort(404)


@bp.get("/")
def index() -> str:
    return render_template(
        "search_firms/index.html",
        admissions=queries.admissions(g.acting),
        today=clock.today(),
        may_admit=may_admit(g.acting),
        may_accept=may_accept(g.acting),
    )


def _new_page(form: NewSearchFirmForm | None = None, known: KnownSearchFirmForm | None = None) -> str:
    """Two ways in; the form that was refused keeps its words, the other is empty."""
    today = clock.today()
    return render_template(
        "search_firms/new.html",
        form=form
        or NewSearchFirmForm(formdata=None, today=today, reserved=reserved_words(), data={"locale": g.acting.locale}),
        known=known or KnownSearchFirmForm(formdata=None, today=today),
    )


@bp.get("/new")
def new() -> str:
    _admitting()
    if not may_admit(g.acting):
        abort(403)
    known = KnownSearchFirmForm(formdata=None, today=clock.today(), data={"known": request.args.get("known", "")[:60]})
    return _new_page(known=known)


@bp.post("/")
def create() -> ResponseReturnValue:
    _admitting()
    form = NewSearchFirmForm(today=clock.today(), reserved=reserved_words())
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        admission_id = commands.found_search_firm(
            acting=g.acting,
            name=form.name.data,
            slug=form.chosen_slug,
            contact=form.contact.data,
            email=form.email.data,
            locale=form.locale.data,
            statement=form.statement.data,
            until_on=form.until_on.data,
            now=clock.now(),
        )
    except Refused as refusal:
        if refusal.status != 409:
            raise
        form.slug.errors = [refusal.sentence]
        return _new_page(form), 422
    flash(
        _(
            "%(firm)s is admitted. An invitation is on its way to %(email)s.",
            firm=form.name.data,
            email=form.email.data,
        ),
        "ok",
    )
    return redirect(url_for(".show", admission_id=admission_id), 303)


@bp.post("/known")
def admit_known() -> ResponseReturnValue:
    _admitting()
    known = KnownSearchFirmForm(today=clock.today())
    if not known.validate_on_submit():
        return _new_page(known=known), 422
    try:
        admission_id = commands.admit_known(
            acting=g.acting,
            slug=known.known.data.strip().lower(),
            statement=known.why.data,
            until_on=known.last_day.data,
            now=clock.now(),
        )
    except Refused as refusal:
        if refusal.status != 409:
            raise
        known.known.errors = [refusal.sentence]
        return _new_page(known=known), 422
    flash(_("The firm is admitted. Its people see cards once it has accepted the rules."), "ok")
    return redirect(url_for(".show", admission_id=admission_id), 303)


def _show(admission: queries.Admission, form: AcceptanceForm | None = None) -> str:
    return render_template(
        "search_firms/show.html",
        admission=admission,
        state=admission.state(clock.today()),
        invitation=queries.open_invitation(g.acting, admission.search_firm_id) if not admission.people else None,
        form=form or AcceptanceForm(formdata=None),
        may_admit=may_admit(g.acting),
        may_accept=may_accept(g.acting),
    )


@bp.get("/<int:admission_id>")
def show(admission_id: int) -> str:
    return _show(queries.admission_or_404(g.acting, admission_id))


@bp.post("/<int:admission_id>/acceptance")
def accept(admission_id: int) -> ResponseReturnValue:
    admission, form = queries.admission_or_404(g.acting, admission_id), AcceptanceForm()
    if not g.acting.in_search_firm:
        abort(404)
    if not form.validate_on_submit():
        return _show(admission, form), 422
    commands.accept_admission(acting=g.acting, admission=admission, now=clock.now())
    flash(_("Accepted. %(network)s accredits your firm.", network=admission.network), "ok")
    return redirect(url_for(".show", admission_id=admission_id), 303)


@bp.post("/<int:admission_id>/invitation")
def invite_again(admission_id: int) -> ResponseReturnValue:
    _admitting()
    admission = queries.admission_or_404(g.acting, admission_id)
    invitation = queries.open_invitation(g.acting, admission.search_firm_id)
    if invitation is None:
        raise Refused(_("This invitation was already taken up or withdrawn."), way_back=url_for(".index"))
    commands.invite_again(acting=g.acting, invitation=invitation, now=clock.now())
    flash(
        _("A new invitation is on its way to %(email)s; the earlier link no longer works.", email=invitation.email),
        "ok",
    )
    return redirect(url_for(".show", admission_id=admission_id), 303)


@bp.get("/<int:admission_id>/end/new")
def ask_end(admission_id: int) -> str:
    _admitting()
    if not may_admit(g.acting):
        abort(403)
    return render_template("search_firms/end.html", admission=queries.admission_or_404(g.acting, admission_id))


@bp.post("/<int:admission_id>/end")
def end(admission_id: int) -> ResponseReturnValue:
    _admitting()
    admission = queries.admission_or_404(g.acting, admission_id)
    commands.end_admission(acting=g.acting, admission=admission, now=clock.now())
    flash(_("%(firm)s no longer sees any card of your network.", firm=admission.search_firm), "ok")
    return redirect(url_for(".index"), 303)
