"""Hypothesis for the domain's tests: no deadline, for a slow machine is not a wrong rule."""

from hypothesis import settings

settings.register_profile("domain", deadline=None)
settings.load_profile("domain")
