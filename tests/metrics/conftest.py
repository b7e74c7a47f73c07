"""Property tests: same examples on every run, nothing written into the project folder."""

from hypothesis import settings

settings.register_profile("metrics", database=None, deadline=None, derandomize=True, print_blob=False)
settings.load_profile("metrics")
