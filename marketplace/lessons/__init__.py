"""What those who ran a cohort keep, stop and change, and what the next one makes of it."""
