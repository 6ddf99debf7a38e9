"""Subscriptions at billing providers, and what the providers say about them."""
