"""Names of the strikes of the bundled tables."""

from __future__ import annotations

SHAAFA = "al-Sha'afa 23 January"
HAJEEN = "Hajeen 24 January"
BAHRA = ("al-Bahra 30 January", "al-Bahra 2 February", "al-Bahra 4 February")
