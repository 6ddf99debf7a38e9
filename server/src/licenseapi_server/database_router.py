"""Which models live in which file: telemetry apart on SQLite, everything together on PostgreSQL."""

from typing import Any

from django.conf import settings

TELEMETRY_APPS = frozenset({"audit"})


class TelemetryRouter:
    """Sends the telemetry apps to their alias, where that alias exists."""

    @staticmethod
    def _alias(app_label: str) -> str:
        is_apart = app_label in TELEMETRY_APPS and "telemetry" in settings.DATABASES
        return "telemetry" if is_apart else "default"

    def db_for_read(self, model: Any, **_hints: Any) -> str:
        """The alias that holds the model."""
        return self._alias(model._meta.app_label)  # noqa: SLF001 - Django's documented way

    def db_for_write(self, model: Any, **_hints: Any) -> str:
        """The same alias: there are no replicas."""
        return self._alias(model._meta.app_label)  # noqa: SLF001 - Django's documented way

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """Create a table only in the file where it lives."""
        return self._alias(app_label) == db
