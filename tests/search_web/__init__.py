"""Tests of the page and the endpoint, on an index built from the sample records and a few odd ones."""
