"""The Django app of this noun."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.licensing"
    label = "licensing"
