"""Words become the same stems whoever asks at the same moment."""

import sys
from concurrent.futures import ThreadPoolExecutor

from marketplace.directory.words import stems


def test_readers_who_search_at_once_do_not_mix_up_their_words():
    asked = [
        f"{word}{ending}" for word in ("hesitation", "negociation", "manufactur") for ending in ("s", "ing", "al", "ed")
    ]
    alone = [stems.__wrapped__(word) for word in asked]
    pause = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns in the middle of a word
    try:
        with ThreadPoolExecutor(8) as readers:
            together = list(readers.map(stems.__wrapped__, asked * 200))
    finally:
        sys.setswitchinterval(pause)
    assert together == alone * 200
