"""Licenses, customers, and how they are found."""
