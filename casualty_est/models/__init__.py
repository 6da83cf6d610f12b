"""One file per generative model: evidence and priors in, a model out."""
