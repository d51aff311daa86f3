"""What is heard: from the engine's state to the loudspeaker, and its control."""
