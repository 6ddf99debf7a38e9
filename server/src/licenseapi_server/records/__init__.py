"""Audit records: who changed what, in a chain that shows whether someone changed them since."""
