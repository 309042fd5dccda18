"""The best match of a whole cohort, proven: pure values and integers, no Flask, no database.

    cohort = Cohort(mentees, mentors, rules, criteria)     who there is, what forbids a pair, what a pair is worth
    problem = Problem(cohort, firms, balance, pins=…)      what the committee asks of it
    faults(problem)                                        what contradicts itself, named before anything is solved
    result = solve(problem)                                pairs, who is left, prices that prove it
    check(problem, result)                                 the proof again, by a reader that knows nothing of the solver

``members`` the people · ``rules`` what forbids a pair · ``criteria`` what it is worth · ``facts`` both as columns ·
``model`` cohort and problem · ``outcome`` what comes back · ``faults`` · ``solver`` · ``peers`` · ``checker`` · ``instances``.
"""
