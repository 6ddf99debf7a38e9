"""The Django app of this noun."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.usage"
    label = "usage"
