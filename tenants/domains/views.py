"""Pages where a firm names its e-mail domains and proves them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tenants.accounts.onward import path_or_nothing
from tenants.domains import commands, policy, queries
from tenants.domains.forms import AddressForm, CodeForm, DomainForm
from tenants.domains.names import addresses_for, domain_name, record_name, record_value
from tenants.shared import clock
from tenants.shared.errors import Refused

bp = Blueprint("domains", __name__)


@bp.before_request
def only_those_who_keep_domains() -> None:
    if g.acting is None or not policy.may_keep_domains(g.acting):
        abort(404)


def _next() -> str:
    """Where the reader came from (the welcome), carried along by every form here."""
    return path_or_nothing(request.values.get("next"))


def _list(form: DomainForm) -> str:
    return render_template("domains/index.html", domains=queries.domains(g.acting), form=form, next=_next())


@bp.get("/")
def index() -> str:
    return _list(DomainForm(formdata=None, data={"next": _next()}))


@bp.post("/")
def create() -> ResponseReturnValue:
    form = DomainForm()
    if not form.validate_on_submit():
        return _list(form), 422
    name = domain_name(form.name.data) or ""
    try:
        commands.add_domain(acting=g.acting, name=name, now=clock.now())
    except Refused as refusal:
        if refusal.status != 409:
            raise
        form.name.errors = [refusal.sentence]
        return _list(form), 422
    added = next(domain for domain in queries.domains(g.acting) if domain.name == name)
    return redirect(url_for("domains.show", domain_id=added.id, next=_next() or None), 303)


def _page(domain_id: int, form: CodeForm | None = None) -> str:
    domain = queries.domain_or_404(g.acting, domain_id)
    return render_template(
        "domains/show.html",
        domain=domain,
        form=form or CodeForm(formdata=None, data={"next": _next()}),
        addresses=addresses_for(domain.name, queries.work_email(g.acting)),
        record_name=record_name(domain.name),
        record_value=record_value(domain.dns_token),
        now=clock.now(),
        next=_next(),
    )


@bp.get("/<int:domain_id>")
def show(domain_id: int) -> str:
    return _page(domain_id)


def _back(domain_id: int) -> ResponseReturnValue:
    return redirect(url_for("domains.show", domain_id=domain_id, next=_next() or None), 303)


@bp.post("/<int:domain_id>/letter")
def send_code(domain_id: int) -> ResponseReturnValue:
    domain, form = queries.domain_or_404(g.acting, domain_id), AddressForm()
    if not form.validate_on_submit():
        return _page(domain_id), 422
    commands.send_code(acting=g.acting, domain=domain, address=form.address.data, now=clock.now())
    flash(_("A code is on its way to %(address)s.", address=form.address.data), "ok")
    return _back(domain_id)


@bp.post("/<int:domain_id>/code")
def enter_code(domain_id: int) -> ResponseReturnValue:
    domain, form = queries.domain_or_404(g.acting, domain_id), CodeForm()
    if not form.validate_on_submit():
        return _page(domain_id, form), 422
    try:
        commands.enter_code(acting=g.acting, domain=domain, code=form.code.data, now=clock.now())
    except Refused as refusal:
        if refusal.status != 409:
            raise
        form.code.errors = [refusal.sentence]
        return _page(domain_id, form), 422
    flash(_("%(domain)s is proved.", domain=domain.name), "ok")
    return redirect(_next() or url_for("domains.index"), 303)


@bp.post("/<int:domain_id>/look-up")
def look_up(domain_id: int) -> ResponseReturnValue:
    commands.ask_dns(acting=g.acting, domain=queries.domain_or_404(g.acting, domain_id), now=clock.now())
    flash(_("We are looking for the record. Reload the page in a moment."), "ok")
    return _back(domain_id)


@bp.post("/<int:domain_id>/removal")
def remove(domain_id: int) -> ResponseReturnValue:
    commands.remove_domain(acting=g.acting, domain=queries.domain_or_404(g.acting, domain_id), now=clock.now())
    flash(_("The domain is off your list."), "ok")
    return redirect(url_for("domains.index", next=_next() or None), 303)
