"""Colours, type, painting and the small controls that every page is made of. Knows nothing of muscles."""
