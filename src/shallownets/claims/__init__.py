"""Claims and how they are judged: entries, verdicts, the ledger, the reference."""
