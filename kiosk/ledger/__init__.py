"""The ledger: every press that was promised to be kept, in an append-only chain in SQLite.

`store.Ledger` is the only thing that writes ``ledger.db``; `writer.LedgerWriter` runs it on a thread of its own.
"""
