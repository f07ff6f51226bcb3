"""Proofs that need more than a test: recorded power cuts and kills, thousands at a time.

``python -m tests.prove powercut | kill | image`` (or ``scripts/prove``). The program that is proved is the
installed one, unmodified; what weakens it on purpose (`tests.prove.mutants`) wraps it from outside.
"""
