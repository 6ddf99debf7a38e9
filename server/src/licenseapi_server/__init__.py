"""License-API: a self-hostable licensing server."""

__version__ = "0.1.0"
