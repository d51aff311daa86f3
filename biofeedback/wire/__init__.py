"""Bytes to events and back. No I/O, no clock, no threads: everything here can be tested from a list of bytes."""
