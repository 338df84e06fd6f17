"""What the peers in Python have in common: options, checked answers, times, a line for each work."""

import argparse
import gc
import itertools
import json
import os
import statistics
import time

# Repetitions are at least this long, so that the clock and the loop cost nothing beside the work.
SHORTEST = 0.005
# A work is repeated this long in seconds, and at least five times.
BUDGET = 1.0

SCALES = {"ns": 1e9, "us": 1e6, "ms": 1e3}


class Peer:
    """One library's works; `run` measures those that the command line names."""

    def __init__(self, name):
        parser = argparse.ArgumentParser(description=f"Measures {name}.")
        parser.add_argument("works", nargs="*", help="all of them unless given")
        parser.add_argument("--quick", action="store_true", help="little work, once")
        parser.add_argument(
            "--threads", type=int, default=2, help="processors that the process may use")
        self.name = name
        self.options = parser.parse_args()
        self.quick = self.options.quick
        self.threads = self.options.threads
        # Before the library is imported: most size their pools of threads by it.
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: self.threads])

    def run(self, works):
        for work, measure in works.items():
            if not self.options.works or work in self.options.works:
                measure()

    def check(self, work, answer, wanted, tolerance=1e-11):
        """Ends the process with an error unless all the numbers agree."""
        import numpy

        for got, expected in zip(answer, wanted, strict=True):
            got = numpy.asarray(got, dtype=numpy.float64)
            if got.shape != numpy.shape(expected):
                raise SystemExit(f"{self.name}: {work} has the shape {got.shape}")
            if not numpy.allclose(got, expected, rtol=0, atol=tolerance):
                raise SystemExit(f"{self.name}: wrong answer in {work}")

    def measure(self, work, unit, body, size=None, **more):
        """Times a call, and prints it; `size` makes it a rate, of so many units a second."""
        times = self.times(body)
        best, median = min(times), statistics.median(times)
        if size is None:
            best, median = best * SCALES[unit], median * SCALES[unit]
        else:
            best, median = size / best, size / median
        line = {"work": work, "peer": self.name, "value": float(f"{best:.6g}"),
                "median": float(f"{median:.6g}"), "unit": unit, **more}
        print(json.dumps(line), flush=True)

    def times(self, body):
        clock, calls = time.perf_counter, 1
        gc.disable()

        def repetition():
            loop = itertools.repeat(None, calls)
            start = clock()
            for _ in loop:
                body()
            return (clock() - start) / calls

        while not self.quick and repetition() * calls < SHORTEST:
            calls *= 2
        times, end = [], clock() + (0 if self.quick else BUDGET)
        while len(times) < 5 or clock() < end:
            times.append(repetition())
        gc.enable()
        return times
