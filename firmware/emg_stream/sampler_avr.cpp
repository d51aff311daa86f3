// sampler_avr.cpp - ATmega328P, 2560 and 32U4: Timer1 compare B starts the ADC in hardware, so interrupts
// that run late cannot move the instant of a sample. The other channels of a scan follow from the ADC
// interrupt.
//
// Rule: the interrupt only stores. It never waits, and a scan for which it has no room or no time is counted.
#include "sampler.h"
#ifdef EMG_TIMER1_STARTS_ADC
#include <Arduino.h>
#include <util/atomic.h>

#ifndef EMG_VREF_MILLIVOLTS
#define EMG_VREF_MILLIVOLTS 5000
#endif

// 10 bits need an ADC clock of at most 200 kHz: 16 MHz / 128 = 8 MHz / 64 = 125 kHz.
static const uint8_t ADC_PRESCALER_BITS = F_CPU > 8000000UL ? 7 : 6;
static const uint16_t ADC_CLOCK_CYCLES = 1U << ADC_PRESCALER_BITS;
// A conversion takes 13 ADC clocks and starts at the next clock edge after the interrupt asked for it.
static const uint16_t CHANNEL_US = (uint16_t)(14UL * ADC_CLOCK_CYCLES * 1000000UL / F_CPU);
// After the last channel the interrupt must clear the trigger flag before the next trigger comes, even when
// the UART's and the clock's interrupts go first.
static const uint16_t REARM_US = 40;
static const uint8_t ADMUX_AVCC = _BV(REFS0);

static const uint16_t TIMER_PRESCALERS[] = {1, 8, 64, 256};  // the clock select bits are the place plus one
static const uint32_t TIMER_TICKS = 65536UL;

#ifndef EMG_RING_SIZE
#define EMG_RING_SIZE 32  // scans, a power of two; 16 ms at 2 kHz
#endif

static const uint8_t RING_SIZE = EMG_RING_SIZE;
static Scan ring[RING_SIZE];
static volatile uint8_t head;         // where the interrupt writes
static volatile uint8_t tail;         // the oldest scan that waits
static volatile uint32_t overruns;
static uint8_t admux[emg::MAX_CHANNELS];
static uint8_t channels;
static uint8_t channel;               // being converted; the interrupt's own
static uint32_t scan_index;           // being converted; the interrupt's own
static uint16_t conversion_ticks;     // of Timer1, as long as one conversion at least

// Keeps the compiler from moving reads and writes of the ring past the reads and writes of head and tail.
static inline void ring_barrier() { __asm__ volatile("" ::: "memory"); }

// One conversion is done: store it, then start the next channel, or end the scan and arm for the next
// trigger.
ISR(ADC_vect) {
  uint8_t at = head;
  ring[at].counts[channel] = ADC;
  if (++channel < channels) {
    ADMUX = admux[channel];
    ADCSRA |= _BV(ADSC);
    return;
  }
  ADMUX = admux[0];
  TIFR1 = _BV(OCF1B);  // the trigger is the rising edge of this flag, and nobody else clears it
  channel = 0;
  ring[at].index = scan_index++;
  if (TCNT1 < conversion_ticks && !(ADCSRA & _BV(ADSC))) {
    // The timer began anew but no scan did: other interrupts held this one up beyond REARM_US, and the trigger
    // found its flag still set. The scan is lost, and its place in the numbering stays.
    TIFR1 = _BV(OCF1B);
    scan_index++;
    overruns++;
  }
  uint8_t next = (at + 1) & (RING_SIZE - 1);
  if (next == tail) {
    overruns++;
  } else {
    ring_barrier();
    head = next;
  }
}

const char *sampler_plan(uint8_t n_channels, uint16_t rate, SamplerSetup &setup) {
  if ((uint32_t)(CHANNEL_US * n_channels + REARM_US) * rate > 1000000UL) {
    return PSTR("rate too high for so many channels");
  }
  for (uint8_t i = 0; i < sizeof TIMER_PRESCALERS / sizeof TIMER_PRESCALERS[0]; i++) {
    setup.tick_hz = F_CPU / TIMER_PRESCALERS[i];
    setup.period_ticks = (setup.tick_hz + rate / 2) / rate;
    if (setup.period_ticks <= TIMER_TICKS) {
      setup.skew_us = CHANNEL_US;
      setup.adc_bits = 10;
      setup.vref_millivolts = EMG_VREF_MILLIVOLTS;
      return nullptr;
    }
  }
  return PSTR("rate too low");
}

// Finds the Timer1 clock select bits that give `tick_hz`.
static uint8_t clock_select(uint32_t tick_hz) {
  uint8_t place = 0;
  while (F_CPU / TIMER_PRESCALERS[place] != tick_hz) {
    place++;
  }
  return place + 1;
}

// Connects channels 0.. to the pins A0.. and switches their digital inputs off, which would add noise.
static void select_pins(uint8_t n_channels) {
  uint8_t digital_off = 0;
  for (uint8_t i = 0; i < n_channels; i++) {
#ifdef analogPinToChannel
    uint8_t input = analogPinToChannel(i);  // the Leonardo's A0 is ADC7
#else
    uint8_t input = i;
#endif
    admux[i] = ADMUX_AVCC | input;
    digital_off |= (uint8_t)_BV(input);
  }
  DIDR0 = digital_off;
}

void sampler_start(uint8_t n_channels, const SamplerSetup &setup) {
  sampler_stop();
  channels = n_channels;
  select_pins(n_channels);
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    head = 0;
    tail = 0;
    channel = 0;
    scan_index = 0;
    conversion_ticks = (uint16_t)(setup.tick_hz / (F_CPU / ADC_CLOCK_CYCLES / 13));
    overruns = 0;
    ADMUX = admux[0];
    // The first conversion after the ADC is switched on takes 25 ADC clocks, not 13, and is less exact:
    // spend it here, or the first scan can swallow the second trigger.
    ADCSRB = 0;
    ADCSRA = _BV(ADEN) | _BV(ADSC) | ADC_PRESCALER_BITS;
    while (ADCSRA & _BV(ADSC)) {
    }
    ADCSRB = _BV(ADTS2) | _BV(ADTS0);  // triggered by Timer1 compare match B
    ADCSRA = _BV(ADEN) | _BV(ADATE) | _BV(ADIF) | _BV(ADIE) | ADC_PRESCALER_BITS;
    TCCR1A = 0;
    TCCR1B = 0;
    TCNT1 = 0;
    OCR1A = (uint16_t)(setup.period_ticks - 1);
    OCR1B = (uint16_t)(setup.period_ticks - 1);
    TIFR1 = _BV(OCF1B) | _BV(OCF1A) | _BV(TOV1);
    TCCR1B = _BV(WGM12) | clock_select(setup.tick_hz);  // count to OCR1A, go
  }
}

void sampler_stop() {
  TCCR1B = 0;
  ADCSRA &= (uint8_t)~(_BV(ADIE) | _BV(ADATE));
  while (ADCSRA & _BV(ADSC)) {
  }
  ADCSRA |= _BV(ADIF);
  head = 0;
  tail = 0;
}

const Scan *sampler_peek() {
  uint8_t at = tail;
  if (at == head) {
    return nullptr;
  }
  ring_barrier();
  return &ring[at];
}

void sampler_pop() {
  ring_barrier();
  tail = (tail + 1) & (RING_SIZE - 1);
}

uint32_t sampler_overruns() {
  uint32_t value;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { value = overruns; }
  return value;
}

const char *sampler_board() {
#if defined(__AVR_ATmega2560__)
  return PSTR("mega");
#elif defined(__AVR_ATmega32U4__)
  return PSTR("leonardo");
#else
  return PSTR("uno");
#endif
}

#endif  // EMG_TIMER1_STARTS_ADC
