"""What is done later, or now and then."""
