"""The Calibrate step: what will be asked, each try, and what the result is worth."""
