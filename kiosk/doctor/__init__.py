"""What is wrong with this terminal, and what to do about it: the checks behind ``hailong doctor``.

Each module looks at one thing and answers with `finding.Finding`; `examine` has the list. Nothing here takes the
ledger's lock, writes to the ledger or shows a window, so it may be used while the kiosk runs.
"""
