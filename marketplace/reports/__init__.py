"""The report of a cohort, its figures as files, and the evidence of how the programme is run."""
