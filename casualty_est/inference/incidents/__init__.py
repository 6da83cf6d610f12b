"""Inference for the incidents model: likelihood and gradient in one kernel, then the rest."""
