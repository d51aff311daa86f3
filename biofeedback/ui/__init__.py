"""Everything Qt. Looks at the engine's latest state and paints; decides nothing about the signal."""
