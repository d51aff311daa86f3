// sampler.h - what a board's sampling back end provides: scans at a fixed rate, numbered from 0.
//
// sampler_avr.cpp lets Timer1 start the ADC in hardware; sampler_generic.cpp runs on any other Arduino core.
// Rule: the index of a scan is its time. A scan that could not be kept still takes its index and is counted.
#pragma once
#include <stdint.h>
#include "emg_proto.h"

// Chips whose Timer1 compare B can start the ADC and whose registers sampler_avr.cpp was written for.
#if !defined(EMG_FORCE_GENERIC) &&                                                                         \
    (defined(__AVR_ATmega328P__) || defined(__AVR_ATmega328__) || defined(__AVR_ATmega2560__) ||           \
     defined(__AVR_ATmega32U4__))
#define EMG_TIMER1_STARTS_ADC 1
#endif

// One instant of all channels.
struct Scan {
  uint32_t index;
  uint16_t counts[emg::MAX_CHANNELS];
};

// What a rate and a number of channels turn into on this board. The true rate is tick_hz / period_ticks.
struct SamplerSetup {
  uint32_t tick_hz;
  uint32_t period_ticks;
  uint16_t skew_us;              // from one channel of a scan to the next
  uint8_t adc_bits;
  uint16_t vref_millivolts;      // nominal; the real supply of a USB port is 5 % off at worst
};

// Works out the setup without touching the hardware. Returns nullptr, or the reason
// (in flash) why it is impossible.
const char *sampler_plan(uint8_t n_channels, uint16_t rate, SamplerSetup &setup);

// Starts sampling as planned; the next scan has index 0 and nothing counts as overrun yet.
void sampler_start(uint8_t n_channels, const SamplerSetup &setup);

// Stops sampling; scans that wait are forgotten.
void sampler_stop();

// The oldest scan that waits, or nullptr. It stays valid until sampler_pop().
const Scan *sampler_peek();

// Gives back the scan that sampler_peek() showed.
void sampler_pop();

// Scans that could not be kept since the start.
uint32_t sampler_overruns();

// The board's short name as hello and INFO say it, in flash.
const char *sampler_board();
