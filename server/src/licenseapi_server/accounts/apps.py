"""The Django app of this noun."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.accounts"
    label = "accounts"
