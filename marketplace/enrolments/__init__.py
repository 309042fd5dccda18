"""How people come into a cohort, and leave it."""
