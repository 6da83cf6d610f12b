"""Its report: the frame, with nothing of its own."""

from casualty_est.report.parts import Parts

PARTS = Parts
