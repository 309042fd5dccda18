"""The other side of the ratios: the least that Flask can serve."""

from flask import Flask

app = Flask("hello")
app.add_url_rule("/", "hello", lambda: "hello")
