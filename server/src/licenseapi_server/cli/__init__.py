"""`licenseapi-server …`: thin commands over the parts of the server."""

from licenseapi_server.cli.main import main

__all__ = ["main"]
