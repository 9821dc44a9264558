"""A line for each step, and at the end how many there were."""
import contextlib
import os
import threading
import time
import traceback


class Skipped(Exception):
    """A program that a step needs is missing."""


class Report:
    """Threads: thread-safe."""

    ALL_INSTALLED = os.environ.get("SMTPGUARD_ALL_CLIENTS") == "true"

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = {"ok": 0, "FAIL": 0, "skipped": 0}

    @contextlib.contextmanager
    def step(self, name, silent=False):
        """Reports how the block ends, and goes on. Silent: only if it fails."""
        began = time.monotonic()
        try:
            yield
        except Skipped as skipped:
            self.add("FAIL" if self.ALL_INSTALLED else "skipped", name, began, str(skipped))
        except AssertionError as failed:
            self.add("FAIL", name, began, str(failed))
        except Exception:
            self.add("FAIL", name, began, traceback.format_exc())
        else:
            if not silent:
                self.add("ok", name, began)

    def add(self, result, name, began, what=""):
        with self.lock:
            self.counts[result] += 1
            print("%-8s%s (%.1f s)%s" % (result, name, time.monotonic() - began, "".join(
                "\n        " + line for line in what.strip().split("\n") if what)), flush=True)

    def summary(self, seconds):
        """Prints it. Returns the exit code."""
        print("%d steps in %d s: %d ok, %d failed, %d skipped." % (sum(self.counts.values()), seconds, self.counts["ok"],
                                                                   self.counts["FAIL"], self.counts["skipped"]))
        return 1 if self.counts["FAIL"] else 0
