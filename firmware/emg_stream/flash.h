// flash.h - constants that stay in flash memory. On an AVR a plain constant is copied to RAM at start, and an
// Uno has 2 KB of it. Elsewhere these are plain constants.
//
// Rule: every `const char *` of this program points to flash and is read with flash_char().
#pragma once
#include <stdint.h>
#ifdef __AVR__
#include <avr/pgmspace.h>
#else
#define PROGMEM
#define PSTR(text) (text)
#endif

namespace emg {

// Reads one character of a text in flash.
inline char flash_char(const char *at) {
#ifdef __AVR__
  return (char)pgm_read_byte(at);
#else
  return *at;
#endif
}

// Reads one 32-bit entry of a table in flash.
inline uint32_t flash_u32(const uint32_t *at) {
#ifdef __AVR__
  return pgm_read_dword(at);
#else
  return *at;
#endif
}

}  // namespace emg
