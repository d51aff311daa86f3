"""The Prepare step: electrodes, safety, the live signal; and the mains rule while training."""
