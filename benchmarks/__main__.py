"""Measure the product against the bars it is held to.

    python -m benchmarks [--scale 10000] [--only NAME …] [--rounds 5] [--seconds 3] [--posts 160]

A database of its own, as durable as in production, is filled with invented mentors and thrown away after. Every figure
is a ratio of the same run or a count, so it says the same on any machine. A bar that is missed is no error: the figure
says so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import (
    capacity,
    clock,
    cohorts,
    directory,
    matching,
    measures,
    mentorships,
    people_import,
    requests,
    webhooks,
)
from benchmarks.figures import Figure, table
from benchmarks.servers import ROOT, hello_server, product_server
from benchmarks.stage import Effort, Stage, populated
from dev.cluster import Cluster
from dev.servant import ClusterProblem

FOLDER = ROOT / "var" / "bench-cluster"
RECORD = ROOT / "var" / "bench.jsonl"


def worker_peak_mb(stage: Stage) -> Figure:
    """The most memory, in MiB, that a web worker has had resident after what was measured before."""
    return Figure("worker_peak_mb", stage.scale, stage.product.peak_mb(), "<=256", {"workers": 2})


MEASUREMENTS: tuple[Callable[[Stage], Figure | None], ...] = (
    directory.directory_share_of_hello,
    directory.search_share_of_hello,
    requests.send_request_share_of_hello,
    requests.accept_request_share_of_hello,
    webhooks.webhook_share_of_hello,
    directory.walls_overhead,
    directory.worst_page_growth,
    capacity.claim_vs_for_update,
    worker_peak_mb,
    directory.directory_statements,
    requests.send_request_statements,
    *mentorships.MEASUREMENTS,
    *cohorts.MEASUREMENTS,
    *measures.MEASUREMENTS,
    people_import.people_import_vs_copy,
    people_import.people_import_memory_growth,
    clock.clock_sweep_rows_per_second,
    clock.clock_sweep_growth,
    *matching.MEASUREMENTS,
)
"""In this order: the worker's memory is looked at once it has worked."""

NAMES = [measure.__name__ for measure in MEASUREMENTS]


def run(scale: int, only: Sequence[str], effort: Effort, address: str, name: str = "bench") -> list[Figure]:
    """Fill a new database of this name on the server of ``address`` (a superuser's) and measure.

    Each figure's line is printed at once.
    """
    figures = []
    with ExitStack() as running:
        tell(f"Filling a database with {scale:,} mentors")
        database, viewers = populated(address, name, scale)
        hello = running.enter_context(hello_server())
        product = running.enter_context(product_server(database))
        stage = Stage(database, scale, viewers, hello, product, effort)
        for measure in MEASUREMENTS:
            if measure.__name__ not in (only or NAMES):
                continue
            tell(f"Measuring {measure.__name__}")
            figure = measure(stage)
            if figure is None:
                tell(f"{measure.__name__} is not measured here: {why_not(measure)}")
                continue
            figures.append(figure)
            print(figure.line(), flush=True)
    return figures


def why_not(measure: Callable[[Stage], Figure | None]) -> str:
    if measure is matching.match_vs_stable:
        return "the package it measures against is not installed"
    return f"it needs a scale above {directory.SMALL:,}"


def tell(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


def keep(figures: Sequence[Figure], record: Path) -> None:
    record.parent.mkdir(exist_ok=True)
    with record.open("a") as lines:
        lines.writelines(f"{figure.line()}\n" for figure in figures)


def main(arguments: Sequence[str] | None = None) -> int:
    usual = Effort()
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure the product against its bars.")
    parser.add_argument("--scale", type=int, default=10_000, help="mentors in the database")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=[], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="alternations of the two sides")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="of one side in a round")
    parser.add_argument("--posts", type=int, default=usual.posts, help="forms sent in a round")
    options = parser.parse_args(arguments)
    effort = Effort(options.rounds, options.seconds, options.posts)
    cluster = Cluster(FOLDER)
    try:
        cluster.remove()
        cluster = Cluster(FOLDER)
        with cluster:
            figures = run(options.scale, options.only, effort, cluster.url)
    except ClusterProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        cluster.remove()
    keep(figures, RECORD)
    print(f"\n{table(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
