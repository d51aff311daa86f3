// sampler_generic.cpp - any other Arduino core: analogRead() paced by micros(). Portable, but the instant of
// a sample moves with whatever loop() was doing.
//
// Rule: the time base never moves. A scan that came due while nobody looked is counted and its index skipped.
#include "sampler.h"
#ifndef EMG_TIMER1_STARTS_ADC
#include <Arduino.h>

// Boards differ; set these when yours does.
#ifndef EMG_PINS
#define EMG_PINS {A0, A1, A2, A3, A4, A5}
#endif
#ifndef EMG_ADC_BITS
#ifdef ARDUINO_ARCH_ESP32
#define EMG_ADC_BITS 12
#else
#define EMG_ADC_BITS 10
#endif
#endif
#ifndef EMG_VREF_MILLIVOLTS
#define EMG_VREF_MILLIVOLTS 3300
#endif

static const uint16_t GENERIC_MAX_RATE = 4000;
static const uint32_t MICROS_PER_SECOND = 1000000UL;
static const uint8_t PINS[emg::MAX_CHANNELS] = EMG_PINS;

static bool running;
static bool waiting;            // `scan` holds one that nobody has taken yet
static Scan scan;
static uint8_t channels;
static uint32_t period_us;
static uint32_t due_us;         // when the next scan is to be taken
static uint32_t next_index;
static uint32_t overruns;

const char *sampler_plan(uint8_t n_channels, uint16_t rate, SamplerSetup &setup) {
  (void)n_channels;  // how long analogRead() takes is not known here; being late is counted instead
  if (rate > GENERIC_MAX_RATE) {
    return PSTR("rate: 1 to 4000 on this board");
  }
  setup.tick_hz = MICROS_PER_SECOND;
  setup.period_ticks = (MICROS_PER_SECOND + rate / 2) / rate;
  setup.skew_us = 0;
  setup.adc_bits = EMG_ADC_BITS;
  setup.vref_millivolts = EMG_VREF_MILLIVOLTS;
  return nullptr;
}

void sampler_start(uint8_t n_channels, const SamplerSetup &setup) {
  channels = n_channels;
  period_us = setup.period_ticks;
  next_index = 0;
  overruns = 0;
  waiting = false;
  due_us = micros() + period_us;
  running = true;
}

void sampler_stop() {
  running = false;
  waiting = false;
}

// Takes a scan when one is due. Whole periods that have passed meanwhile are overruns.
const Scan *sampler_peek() {
  if (waiting) {
    return &scan;
  }
  int32_t late_us = (int32_t)(micros() - due_us);
  if (!running || late_us < 0) {
    return nullptr;
  }
  uint32_t missed = (uint32_t)late_us / period_us;
  overruns += missed;
  scan.index = next_index + missed;
  next_index = scan.index + 1;
  due_us += (missed + 1) * period_us;
  for (uint8_t i = 0; i < channels; i++) {
    scan.counts[i] = (uint16_t)analogRead(PINS[i]);
  }
  waiting = true;
  return &scan;
}

void sampler_pop() { waiting = false; }

uint32_t sampler_overruns() { return overruns; }

const char *sampler_board() { return PSTR("generic"); }

#endif  // not EMG_TIMER1_STARTS_ADC
