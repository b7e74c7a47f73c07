"""How long the batch takes beside other ways to run the same notebooks: ``python3 tasks.py bench``.

Read from left to right: plans, peers, variants, measure, outputs, rows, report; ``bench`` is the entry.
"""
