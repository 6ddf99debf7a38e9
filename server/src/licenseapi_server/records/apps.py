"""The Django app of this noun."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Its name and label."""

    name = "licenseapi_server.records"
    label = "records"

    def ready(self) -> None:
        """Begin to see what is saved and deleted."""
        from licenseapi_server.records import recording

        recording.connect()
