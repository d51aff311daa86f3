"""The Review step: sentences, repetitions and facts, read from the recording."""
