"""What is counted against a plan."""
