"""Where samples come from: a serial port, a simulated muscle, a recording. Every source yields wire events."""
