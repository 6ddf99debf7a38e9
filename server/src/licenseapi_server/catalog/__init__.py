"""Products, policies, entitlements."""
