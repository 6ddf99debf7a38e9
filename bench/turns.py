"""Measures a target and its base by turns, and prints the ratio."""

import statistics
from argparse import Namespace
from collections.abc import Callable


def compare(
    title: str, target: Callable[[], dict], base: Callable[[], dict], options: Namespace
) -> dict:
    """Prints a row: target and base, by turns. What the turn of the median gave."""
    turns = []
    for _ in range(options.rounds):
        given = base()
        result = target()
        turns.append((result["rate"] / given["rate"], result, given))
    ratios = [ratio for ratio, _, _ in turns]
    median = statistics.median(ratios)
    _, result, given = min(turns, key=lambda turn: abs(turn[0] - median))
    print(
        f"{title:57} {median:6.3f}  {min(ratios):.3f}-{max(ratios):.3f} "
        f"{result['rate']:9.0f} {given['rate']:9.0f} "
        f"{result['p50_ms']:7.2f} {result['p99_ms']:7.2f} {result['errors']:6}",
        flush=True,
    )
    return result
