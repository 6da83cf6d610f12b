"""The posterior of the model of incidents."""
