"""What a report says of claims."""
