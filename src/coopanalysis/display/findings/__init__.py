"""Sentences computed from the numbers, one module for each report; nothing a reader sees as a finding is typed."""
