"""URLs tried on S3 servers that others wrote, on loopback."""
