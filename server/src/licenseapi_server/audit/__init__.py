"""What happened at the door."""
