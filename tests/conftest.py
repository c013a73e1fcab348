"""What holds for all tests: no test measures time, so hypothesis sets no deadline to a single example."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
