"""Board tracks: what a network offers on top of a cohort of the form *board*, and the seats that firms nominate for."""
