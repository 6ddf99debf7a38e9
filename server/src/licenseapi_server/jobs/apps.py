"""The Django app of this noun."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.jobs"
    label = "jobs"
