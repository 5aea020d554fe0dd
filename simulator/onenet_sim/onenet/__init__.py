"""The onenet room."""
