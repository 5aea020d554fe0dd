"""The at room."""
