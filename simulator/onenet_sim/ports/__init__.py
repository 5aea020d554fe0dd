"""The ports room."""
