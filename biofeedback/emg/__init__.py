"""The muscle's signal: filters, envelopes, ring buffer, sensor scaling. numpy and scipy only."""
