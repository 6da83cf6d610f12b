"""Numbers, intervals, cells and dates in print."""
