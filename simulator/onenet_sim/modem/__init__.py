"""The modem room."""
