"""Cohorts: an intake of a programme, its phases, its board."""
