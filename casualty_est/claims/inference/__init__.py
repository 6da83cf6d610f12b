"""Posteriors of the model of claims: exact by quadrature, NUTS otherwise."""
