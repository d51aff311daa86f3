"""What stays: the live EDF+ file, the BIDS run around it, settings, folders."""
