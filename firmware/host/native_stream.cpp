// native_stream - runs the sketch with its portable back end on a simulated clock.
//
//   native_stream SECONDS [STALL_AT STALL_FOR] < commands > what the board sends
//
// Pin A<n> reads (milliseconds + 100 n) modulo 1024, so every scan says when it was taken. At STALL_AT loop()
// is not called for STALL_FOR seconds, as if something else had held the board up.
// Rule: no real clock, so the same input always gives the same output.
#include <stdio.h>
#include <stdlib.h>
#include "Arduino.h"

static const uint64_t PASS_US = 20;  // one pass of loop()
static uint64_t clock_us;

HostSerial Serial;

void setup();
void loop();

uint32_t micros() { return (uint32_t)clock_us; }

uint32_t millis() { return (uint32_t)(clock_us / 1000); }

int analogRead(uint8_t pin) { return (int)((clock_us / 1000 + 100u * (pin - A0)) % 1024); }

// Reads a time in seconds from the command line, in microseconds.
static uint64_t seconds(const char *text) { return (uint64_t)(atof(text) * 1e6); }

int main(int argc, char **argv) {
  if (argc != 2 && argc != 4) {
    fprintf(stderr, "usage: native_stream SECONDS [STALL_AT STALL_FOR] < commands\n");
    return 2;
  }
  uint64_t end_us = seconds(argv[1]);
  uint64_t stall_us = argc == 4 ? seconds(argv[2]) : end_us;
  int byte;
  while ((byte = getchar()) != EOF) {
    Serial.received.push_back((uint8_t)byte);
  }
  setup();
  while (clock_us < end_us) {
    if (clock_us >= stall_us) {
      clock_us += seconds(argv[3]);
      stall_us = end_us;
    }
    loop();
    clock_us += PASS_US;
  }
  size_t length = Serial.sent.size();
  return fwrite(Serial.sent.data(), 1, length, stdout) == length ? 0 : 1;
}
