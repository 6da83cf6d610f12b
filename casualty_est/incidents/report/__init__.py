"""What a report says of incidents."""
