"""Real-time EMG biofeedback: see and hear a muscle answer, against a target, recorded as it happens."""

__version__ = "0.1.0"
