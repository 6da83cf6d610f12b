"""Text on which a pattern that looks back would take minutes or ages."""

ADVERSARIAL = (
    "1," * 149,
    "1 000 " * 50,
    "1.0" * 100,
    "a" * 300,
    "'" * 300,
    "a'" * 150,
    "perhaps " * 37,
    "at least " * 33,
    "between " + "one and " * 36,
    "between " + "one hundred and " * 18 + "two",
    "one thousand " * 23,
    "one million one thousand " * 12,
    "5 " + "or more " * 36,
    "5 " + "- a " * 70,
    " " * 10_000 + "5 6",
    "9" * 1_000_000,
    "\u0665" * 300,
)
