"""The lwm2m room."""
