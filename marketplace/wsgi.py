"""What the web server serves."""

from marketplace.app import create_app

app = create_app()
