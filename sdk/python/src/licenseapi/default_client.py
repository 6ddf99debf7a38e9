"""The client behind the module style: `licenseapi.api_key = …; licenseapi.License.list()`.

One for the whole process, with the settings of the module: for programs that act for a
single account. Whoever serves several makes a LicenseAPI for each.
"""

from __future__ import annotations

import threading

from licenseapi.settings import Settings, read_settings
from licenseapi.sync_transport import SyncTransport

_lock = threading.Lock()
_current: SyncTransport | None = None


def default_runner() -> SyncTransport:
    """The transport for the module's settings as they are now. Raises APIError."""
    settings = _module_settings()
    with _lock:
        global _current  # noqa: PLW0603 - the one default client of the process
        if _current is None or _current.settings != settings:
            # The old one is not closed: another thread may be in the middle of a call.
            _current = SyncTransport(settings)
        return _current


def _module_settings() -> Settings:
    import licenseapi

    return read_settings(
        licenseapi.api_key,
        licenseapi.api_base,
        licenseapi.timeout,
        licenseapi.max_retries,
        ca_bundle=licenseapi.ca_bundle,
    )
