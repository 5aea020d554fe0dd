"""Many devices at once. This room is empty so far."""
