"""The Django app of this noun."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.billing"
    label = "billing"
