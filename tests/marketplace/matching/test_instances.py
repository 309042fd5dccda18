"""Instances that others wrote, and their published optima; ``instances/SOURCES.md`` names the sources."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace.cli import group
from marketplace.matching.checker import check
from marketplace.matching.criteria import Wish
from marketplace.matching.instances import NotAnInstance, read
from marketplace.matching.members import Firm, Mentee, Mentor
from marketplace.matching.model import Cohort, Problem
from marketplace.matching.rules import Listed
from marketplace.matching.solver import solve

HERE = Path(__file__).parent / "instances"
SPARSE = "3\n 1 1 5\n 1 2 1\n 2 1 2\n 2 2 1\n 3 3 7\n"


def test_the_command_finds_the_published_optima_and_says_so():
    for name, figures in (("assign100.txt", ["305"]), ("gap1.txt", ["336", "327", "339", "341", "326"])):
        done = CliRunner().invoke(group, ["matching", "check", str(HERE / name)])
        assert done.exit_code == 0, done.output
        lines = done.output.splitlines()
        assert all(figure in line and "as published" in line for figure, line in zip(figures, lines, strict=True))


def test_the_command_says_where_a_figure_is_another(tmp_path):
    file = tmp_path / "own.txt"
    file.write_text(SPARSE)
    assert "figure 10" in CliRunner().invoke(group, ["matching", "check", str(file)]).output
    done = CliRunner().invoke(group, ["matching", "check", str(file), "--optimum", "9"])
    assert done.exit_code == 1 and "published 9" in done.output
    file.write_text("3 1 2 x")
    done = CliRunner().invoke(group, ["matching", "check", str(file)])
    assert done.exit_code == 1 and "whole numbers" in done.output and "Traceback" not in done.output


def test_a_generalised_file_of_costs_is_solved_at_least_cost(tmp_path):
    file = tmp_path / "gapd.txt"
    file.write_text("1\n2 3\n 4 1 6\n 5 7 2\n 1 2 1\n 1 1 1\n 2 2\n")
    done = CliRunner().invoke(group, ["matching", "check", str(file), "--optimum", "8"])
    assert done.exit_code == 0 and "3 assigned, figure 8, as published" in done.output, done.output
    other = file.rename(tmp_path / "own.txt")
    assert "figure 8" in CliRunner().invoke(group, ["matching", "check", str(other), "--least"]).output
    assert "figure 18" in CliRunner().invoke(group, ["matching", "check", str(other)]).output


@pytest.mark.parametrize("text", ["", "2 1 2", "3 1 9 4", "1 1 3 1 2", "2 1 1 5 9 9 9", "1 1 1 20000 3 4"])
def test_what_is_no_instance_is_refused(text):
    with pytest.raises(NotAnInstance):
        read(text)


def test_students_rank_projects_and_supervisors_have_room_for_some():
    projects = {row["code"]: row for row in csv.DictReader((HERE / "projects.csv").open())}
    numbers = {code: place for place, code in enumerate(projects)}
    supervisors = {row["name"]: int(row["capacity"]) for row in csv.DictReader((HERE / "supervisors.csv").open())}
    firms = {name: place for place, name in enumerate(supervisors)}
    ranked = {}
    for row in csv.DictReader((HERE / "students.csv").open()):
        choices = [row[str(place)] for place in range(25) if row[str(place)]]
        ranked[int(row["name"])] = [numbers[code] for code in dict.fromkeys(choices) if code in numbers]
    students = tuple(Mentee(id=who, person=who, firm=-1, wishes=tuple(some)) for who, some in ranked.items())
    mentors = tuple(
        Mentor(
            id=numbers[code], person=-1 - numbers[code], firm=firms[row["supervisor"]], capacity=int(row["capacity"])
        )
        for code, row in projects.items()
    )
    unwanted = frozenset((who, other.id) for who, some in ranked.items() for other in mentors if other.id not in some)
    asked = Problem(
        Cohort(students, mentors, (Listed("not_ranked", unwanted),), (Wish(2500, depth=25),)),
        tuple(Firm(id=firms[name], gives=room) for name, room in supervisors.items()),
    )
    answer = solve(asked)
    assert check(asked, answer).proven
    ranks = [asked.cohort.mentee(pair.mentee).wishes.index(pair.mentor) + 1 for pair in answer.pairs]
    assert (len(ranks), round(sum(ranks) / len(ranks), 2)) == (97, 1.69)
