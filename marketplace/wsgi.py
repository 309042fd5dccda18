"""What the web server serves."""

import gc

from marketplace.app import create_app

app = create_app()

# What was made by now stays until the process ends: no collection needs to walk through it again and again.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
