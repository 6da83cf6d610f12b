"""The report of one study: a single HTML file that needs nothing from outside."""
