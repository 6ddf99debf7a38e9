"""Email: what is said (templates), how it is put together, and how it leaves the server."""
