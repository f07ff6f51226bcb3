"""Whether a server is set up for real terminals, and what to do where it is not: behind ``hailong-central check``.

Each module looks at one thing and answers with findings; `examine` has the list. Nothing is changed.
"""
