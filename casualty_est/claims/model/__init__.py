"""The model of claims: cells, ratios, hedges, time."""
