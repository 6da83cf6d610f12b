"""What a report says of lists."""
