"""The report: one self-contained page with every figure, the ledger of claims and where the numbers come from.

It knows no study: figures and their words come from the catalogues, their plots from ``charts`` of the
study, their claims from the ledger, their history from ``lineage``.
"""
