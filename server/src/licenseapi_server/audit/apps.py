"""The Django app of this noun."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.audit"
    label = "audit"
