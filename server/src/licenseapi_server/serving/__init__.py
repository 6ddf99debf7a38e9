"""Running the server: the protocol, the processes, the checks before the start."""
