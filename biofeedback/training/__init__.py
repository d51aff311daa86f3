"""The person's work on the sample index: commands, reference, target, holds. Pure: no clock, no threads, no Qt."""
