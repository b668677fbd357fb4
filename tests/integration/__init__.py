"""Providers against real sockets and processes on loopback."""
