"""Accounts, people, credentials, signing keys."""
