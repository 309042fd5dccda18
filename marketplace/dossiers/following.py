"""Who wants to know, in the same transaction, that a dossier was published or withdrawn: visibility keeps its cards by it."""

from __future__ import annotations

from collections.abc import Callable

Follower = Callable[[int, int], None]

_followers: list[Follower] = []


def follow(follower: Follower) -> Follower:
    """Register ``follower(network_id, person_id)``; once more is no error. It runs before the commit and commits nothing."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def tell_followers(network_id: int, person_id: int) -> None:
    for follower in _followers:
        follower(network_id, person_id)
