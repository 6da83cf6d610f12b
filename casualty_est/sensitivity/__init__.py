"""What an answer rests on: identification, refits, tipping points, calibration."""
