"""The languages of the product, as forms offer them."""

from wtforms import SelectChoice

LANGUAGES = [SelectChoice("en", "English"), SelectChoice("fr", "Français")]
