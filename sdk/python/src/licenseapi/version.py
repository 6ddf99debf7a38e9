"""The version of this package, and the API version that it speaks."""

from typing import Final

__version__: Final = "0.1.0"
API_VERSION: Final = "2026-11-01"
