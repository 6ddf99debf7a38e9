"""The Django app of this noun."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.catalog"
    label = "catalog"
