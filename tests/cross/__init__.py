"""presignlib beside botocore: the same request, the same signature."""
