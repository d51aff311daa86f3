"""The settings dialog: board, sensors, display."""
