"""One journey of a person over a cluster."""
