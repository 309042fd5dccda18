"""Which column of a file holds what: guessed from its heading, or from what is in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

FIELDS = (
    "email",
    "full_name",
    "first_name",
    "last_name",
    "job_title",
    "role",
    "function",
    "seniority",
    "locale",
    "time_zone",
    "started_on",
)

HEADINGS: dict[str, str] = {
    "email": "e mail|email|mail|e mail address|email address|mail address|work e mail|work email|business email|"
    "professional email|courriel|adresse e mail|adresse email|adresse mail|adresse courriel|adresse electronique|"
    "adresse de messagerie|mel|e mail professionnel|email professionnel|mail professionnel|courriel professionnel|"
    "adresse e mail professionnelle|adresse electronique professionnelle|messagerie",
    "full_name": "name|full name|fullname|display name|employee|employee name|person|nom complet|nom et prenom|"
    "nom prenom|prenom nom|prenom et nom|nom et prenoms|nom affiche|personne|collaborateur|collaboratrice|salarie",
    "first_name": "first name|firstname|given name|forename|given names|prenom|prenoms|prenom usuel",
    "last_name": "last name|lastname|surname|family name|nom|nom de famille|nom usuel|nom d usage|patronyme",
    "job_title": "job title|title|position|job|what they do|function title|intitule du poste|intitule de poste|poste|"
    "titre|emploi|poste occupe|libelle du poste|libelle emploi|fonction|fonction exercee|ce qu ils font",
    "role": "role|role here|role on passerelle|access|profile|role ici|droits|profil|acces|role dans passerelle",
    "function": "function|department|business function|area|metier|departement|service|direction|domaine",
    "seniority": "seniority|level|grade|seniority level|niveau|niveau de responsabilite|niveau hierarchique|echelon",
    "locale": "language|locale|preferred language|lang|langue|langue preferee|langue de communication",
    "time_zone": "time zone|timezone|tz|fuseau|fuseau horaire",
    "started_on": "started on|start date|hire date|date of hire|joined on|joining date|from|works here since|"
    "dans l entreprise depuis|since|entry date|hired on|"
    "date d entree|date d embauche|date d arrivee|entree le|arrive le|date de debut|depuis|entree",
}


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case, no accents, words parted by one space: ``Intitulé du poste`` → ``intitule du poste``."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(mark for mark in plain if not unicodedata.combining(mark))))


BY_HEADING = {heading: name for name, headings in HEADINGS.items() for heading in headings.split("|")}


def guess(header: Sequence[str], samples: Sequence[Sequence[str]], remembered: Mapping[str, str]) -> dict[str, int]:
    """Field → column, for those that can be told. ``remembered``: folded heading → field, as this firm decided before.

    A firm's own decision comes first, then the heading, then (for the address) what the column holds.
    """
    found: dict[str, int] = {}
    for known in (remembered, BY_HEADING):
        for column, heading in enumerate(header):
            name = known.get(fold(heading))
            if name in FIELDS and name not in found and column not in found.values():
                found[name] = column
    if "email" not in found:
        addresses = [sum("@" in row[column] for row in samples if column < len(row)) for column in range(len(header))]
        if max(addresses, default=0) > len(samples) / 2:
            found["email"] = addresses.index(max(addresses))
    # In French, "Fonction" is the job title unless another column is.
    if "job_title" in found and "function" not in found:
        for column, heading in enumerate(header):
            if fold(heading) == "fonction" and column not in found.values():
                found["function"] = column
    # A column headed "Name" beside "First name" is the last name.
    if "first_name" in found and "last_name" not in found and fold(header[found.get("full_name", 0)]) == "name":
        if "full_name" in found:
            found["last_name"] = found.pop("full_name")
    # "Nom" with no first name anywhere is the whole name.
    elif "last_name" in found and not {"first_name", "full_name"} & set(found):
        found["full_name"] = found.pop("last_name")
    return found


def remembered_from(header: Sequence[str], mapping: Mapping[str, int]) -> dict[str, str]:
    """What an earlier import teaches: folded heading → field."""
    return {fold(header[column]): name for name, column in mapping.items() if column < len(header)}
