"""The Django app that Django finds the templates by."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.mail"
    label = "mail"
