"""What software in customers' hands calls: asynchronous handlers on hand-written SQL."""
