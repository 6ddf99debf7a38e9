"""The rules: pure functions and values. No Django, SQL, HTTP, clock or randomness here."""
