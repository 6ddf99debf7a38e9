"""The Django app of this noun."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.webhooks"
    label = "webhooks"
