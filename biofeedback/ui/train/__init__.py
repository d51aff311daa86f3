"""The Train step: word, ring, bars and envelope, repetitions, and the cards over them."""
