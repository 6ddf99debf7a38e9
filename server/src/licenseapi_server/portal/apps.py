"""The Django app of this noun."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.portal"
    label = "portal"
