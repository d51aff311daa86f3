"""The person's screen: a second window with the word, the bar and the dots."""
