"""The Django app of this noun."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.dashboard"
    label = "dashboard"
