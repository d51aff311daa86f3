// Arduino.h - just enough of Arduino to run the sketch on a computer: a clock, analog pins and a serial port
// whose two ends are plain byte queues. native_stream.cpp provides the clock and the pins.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <deque>
#include <string>

const uint8_t A0 = 14, A1 = 15, A2 = 16, A3 = 17, A4 = 18, A5 = 19;

uint32_t micros();
uint32_t millis();
int analogRead(uint8_t pin);

struct HostSerial {
  std::deque<uint8_t> received;  // what the host typed
  std::string sent;              // what the sketch wrote

  void begin(uint32_t) {}

  int available() { return (int)received.size(); }

  int read() {
    if (received.empty()) {
      return -1;
    }
    int byte = received.front();
    received.pop_front();
    return byte;
  }

  size_t write(const uint8_t *bytes, size_t length) {
    sent.append(reinterpret_cast<const char *>(bytes), length);
    return length;
  }
};

extern HostSerial Serial;
