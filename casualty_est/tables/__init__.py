"""Any table as rows of text, with every problem named by line and column."""
