"""Work that no request waits for: a table of jobs, and the threads that do them.

One file for each kind of job; registry.py lists them.
"""
