"""What we measure: `make bench`, one run, interleaved, medians, always beside a baseline. Never part of the tests."""
