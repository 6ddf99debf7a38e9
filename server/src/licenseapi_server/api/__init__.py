"""The HTTP API under /v1: the registry, the dispatcher, the handlers."""
