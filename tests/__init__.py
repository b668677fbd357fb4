"""The tests of presignlib; a package, so that they can share strategies and vectors."""
