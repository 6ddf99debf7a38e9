"""Django's SQLite backend, with our rules for several processes on one file."""
