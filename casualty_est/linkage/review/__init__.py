"""The page on which a person says which records are one person."""
