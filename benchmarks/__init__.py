"""How long the batch takes beside other ways to run the same notebooks, and the library beside code by hand: ``python3 tasks.py bench``.

Read from left to right: plans, peers, variants, measure, outputs, rows, report; for the library made_packages, by_hand_*,
library_run, library; ``bench`` is the entry.
"""
