"""A cluster of OpenSearch nodes on this machine, for tests and for trying `--index opensearch+http://…`.

Each node is a process of its own (`Node.java`), so that one can be killed and comes back. Its program comes from Maven,
once, into the user's cache; data, logs and process numbers lie there as well, a folder for each cluster.
"""
