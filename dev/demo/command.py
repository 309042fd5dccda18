"""``passerelle demo``: fill a prepared database with invented people and firms."""

import gc
import json
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from dev.demo.agreements import keep_document, papers_to_make, play_agreements
from dev.demo.boards import FIRM, carry_out_wish, play_boards, wishes_to_carry_out
from dev.demo.changes import play_changes
from dev.demo.charters import charters_to_make, keep_charter_paper, play_charters
from dev.demo.crowd import Crowd
from dev.demo.designing import play_designing
from dev.demo.dossiers import play_dossier
from dev.demo.evaluation import draw_first_figures, play_evaluation
from dev.demo.journals import play_journals
from dev.demo.known import KNOWN, PASSWORD
from dev.demo.loading import DemoProblem, Loader, add_member, add_mentor, add_organisation, hash_password, loading
from dev.demo.measures import draw_first_measures, play_measures
from dev.demo.pairing import play_pairing
from dev.demo.programmes import play_programmes
from dev.demo.questionnaires import close_first_rounds, play_questionnaires
from dev.demo.readiness import play_readiness
from dev.demo.reporting import draw_first_report, play_reporting
from dev.demo.rhythm import keep_time, play_rhythm
from dev.demo.rows import Rows
from dev.demo.scenes import Scenes
from dev.demo.search_firms import SEARCHER, play_search_firms
from dev.demo.selections import play_selections
from dev.demo.training import play_training
from dev.demo.visibility import play_visibility
from dev.demo.world import World
from marketplace.requests import letters
from tenants.shared import clock
from tenants.shared.database import new_id
from tenants.walls import plain_address

ACCOUNTS = Path(__file__).resolve().parents[2] / "var" / "demo-accounts.json"
SEED = 2026
MENTORS = 500
OTHERS = 300
MANY = 20_000
"""From so many mentors on, the directory's indexes are built after the load."""


@click.command("demo")
@click.option("--mentors", default=MENTORS, show_default=True, type=click.IntRange(40), help="Mentor pages to make.")
@click.option("--reset", is_flag=True, help="Erase the demo that is there first.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Tell everything as seen from this day at noon (UTC).")
@with_appcontext
def demo(mentors: int, reset: bool, today: datetime | None) -> None:
    """Load networks, firms, people, mentor pages, requests and letters, all invented.

    The same every time for the same day. Needs a database made by "passerelle database prepare".
    """
    now = today.replace(hour=12, tzinfo=clock.now().tzinfo) if today else clock.now()
    try:
        world = load(current_app.extensions["settings"].database, mentors=mentors, reset=reset, now=now)
    except DemoProblem as problem:
        raise click.ClickException(str(problem)) from None
    payer = world.role(FIRM, "company_admin")
    write_accounts(ACCOUNTS, payer.human.name, payer.email)
    click.echo(f"Sign in with the password “{PASSWORD}” as:")
    for line in json.loads(ACCOUNTS.read_text(encoding="utf-8")):
        click.echo(f"  {line['who']}: {line['email']}")


def load(address: str, *, mentors: int, reset: bool, now: datetime, seed: int = SEED) -> World:
    """Fill the database at ``address`` in one transaction. Needs an app context.

    Raises ``DemoProblem`` when the database is not prepared, or holds something and ``reset`` is not given.
    """
    with loading(plain_address(address)) as loader:
        if reset:
            loader.erase()
        elif not loader.is_empty():
            raise DemoProblem(
                "The database holds something already. To erase it and load afresh: passerelle demo --reset"
            )
        click.echo("Making people and what they say to each other …")
        world = World(seed=seed, now=now, mentors=min(mentors, MENTORS), others=OTHERS)
        password_hash = hash_password(PASSWORD)
        scenes = _load_world(loader, world, password_hash, seed)
        if mentors > MENTORS:
            _load_crowd(loader, world, password_hash, mentors - MENTORS, seed)
        _queue_letters(loader, scenes)
        draw_first_figures(loader.connection, world)
        draw_first_measures(loader.connection, world)
        close_first_rounds(loader.connection, world)
        draw_first_report(loader.connection)
        return world


def _load_world(loader: Loader, world: World, password_hash: str, seed: int) -> Scenes:
    rows = Rows()
    for org in world.orgs.values():
        add_organisation(rows, org)
    for member in world.members:
        add_member(rows, member, password_hash)
    scenes = Scenes(world, rows, seed)
    scenes.play()
    play_changes(world, rows, scenes.exchanges)
    play_agreements(world, rows, seed)
    play_rhythm(world, rows, seed)
    play_charters(world, rows)
    play_journals(world, rows)
    play_designing(world, rows)
    play_programmes(world, rows, seed)
    play_training(world, rows, seed)
    play_boards(world, rows)
    play_pairing(world, rows, seed)
    play_readiness(world, rows)
    play_evaluation(world, rows)
    play_measures(world, rows)
    play_questionnaires(world, rows, seed)
    play_reporting(world, rows)
    play_dossier(world, rows)
    play_search_firms(world, rows, password_hash)
    play_selections(world, rows)
    play_visibility(world, rows)
    for mentor in world.mentors:
        add_mentor(rows, mentor)
        scenes.log_page(mentor)
    loader.copy(rows)
    keep_time(loader, world, rows)
    loader.number_organisations_from(len(world.orgs) + 1)
    return scenes


def _load_crowd(loader: Loader, world: World, password_hash: str, count: int, seed: int) -> None:
    crowd = Crowd(seed=seed, now=world.now, count=count, first_org_id=len(world.orgs) + 1, taken=set(world.orgs))
    rows = Rows()
    for org in crowd.orgs:
        add_organisation(rows, org)
        for network_id, state in org.memberships.items():
            joined = org.created_at.date()
            rows.add(
                "firm_membership", network_id=network_id, firm_id=org.id, state=state, joined_on=joined, left_on=None
            )
    loader.copy(rows)
    loader.number_organisations_from(len(world.orgs) + len(crowd.orgs) + 1)
    gc.freeze()  # what lives for the whole load need not be looked through again and again
    with loader.indexes_afterwards(count >= MANY), click.progressbar(length=count, label="More mentors") as bar:
        for batch in crowd.batches():
            rows = Rows()
            for mentor in batch:
                add_member(rows, mentor.member, password_hash)
                add_mentor(rows, mentor)
            loader.copy(rows)
            bar.update(len(batch))


def _queue_letters(loader: Loader, scenes: Scenes) -> None:
    """The letters that the four are waiting for go out when the worker starts, with links that act."""
    for asked, kind in scenes.waiting:
        job = letters.tell_by_link.configure(connection=loader.connection)
        job.defer(org_id=asked.mentee.org.id, request_id=asked.id, kind=kind, link_id=new_id())
    for paper in papers_to_make(scenes.rows):
        keep_document.configure(connection=loader.connection, priority=-1).defer(**paper)
    for charter in charters_to_make(scenes.rows):
        keep_charter_paper.configure(connection=loader.connection, priority=-1).defer(**charter)
    for wish in wishes_to_carry_out(scenes.rows):
        carry_out_wish.configure(connection=loader.connection).defer(**wish)


def write_accounts(file: Path, payer: str, payer_email: str) -> None:
    """Whom one can sign in as, for whoever shows it: a list of {who, email, password, where}."""
    people = [
        {
            "who": f"{known.who} ({known.first} {known.last})",
            "email": known.email,
            "password": PASSWORD,
            "where": known.where,
        }
        for known in (*KNOWN, SEARCHER)
    ]
    people.append(
        {
            "who": f"company administrator, who pays ({payer})",
            "email": payer_email,
            "password": PASSWORD,
            "where": f"/{FIRM}/subscriptions",
        }
    )
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(people, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


__all__ = ["demo"]
