"""Claims: hedged totals over a scope and a window."""
