"""The endpoint over a cluster: the same tests, with another index."""
