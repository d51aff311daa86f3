// commands.h - what the host may say: ASCII lines, fed a byte at a time, and the settings they change.
//
// No Serial and no Arduino in here, so every line can be tested on the host.
// Rule: a wrong line changes nothing and yields a short reason that is sent back after "! ".
#pragma once
#include <stdint.h>
#include "emg_proto.h"
#include "flash.h"

// The part of the line that a stream may take; the rest is for INFO, STATUS and answers. The tests raise it
// to see a board that has more to say than its line takes.
#ifndef EMG_LINE_PERCENT
#define EMG_LINE_PERCENT 95
#endif

namespace emg {

const uint8_t MAX_COMMAND = 8;      // a letter and up to seven digits, so a number always fits 32 bits
const uint32_t MAX_RATE = 10000;    // scans per second that may be asked for; the sampler decides what works
const uint32_t MAX_BYTES_PER_SECOND = 32000;  // a 16 MHz AVR sends this; near 38000 it loses scans

// What is answered after "! ".
static const char ERROR_TOO_LONG[] PROGMEM = "line too long";
static const char ERROR_NO_NUMBER[] PROGMEM = "?, s and t take no number";
static const char ERROR_NEEDS_NUMBER[] PROGMEM = "c, r, f and b need a number";
static const char ERROR_UNKNOWN[] PROGMEM = "unknown command";
static const char ERROR_CHANNELS[] PROGMEM = "channels: 1 to 6";
static const char ERROR_RATE[] PROGMEM = "rate: 1 to 10000";
static const char ERROR_SCANS[] PROGMEM = "scans per frame: 1 or more";

// One line: a letter and its number, or the reason why it is none.
struct Command {
  char name;
  uint32_t number;
  const char *error;
};

// Collects bytes into commands. Keeps no text: the letter, the number so far and what was wrong are enough.
class CommandParser {
 public:
  // Takes one byte. Returns true when it ends a line that says something; `command` then holds it.
  // CR ends a line as LF does, because some serial monitors send both or only CR.
  bool feed(char byte, Command &command) {
    if (byte != '\n' && byte != '\r') {
      append(byte);
      return false;
    }
    if (length_ == 0) {
      return false;
    }
    command.name = name_;
    command.number = number_;
    command.error = error();
    length_ = 0;
    return true;
  }

 private:
  // Adds one byte to the unfinished line; beyond MAX_COMMAND it only remembers that the line is too long.
  void append(char byte) {
    if (length_ > MAX_COMMAND) {
      return;
    }
    if (length_ == 0) {
      name_ = byte;
      number_ = 0;
      only_digits_ = true;
    } else if (byte >= '0' && byte <= '9') {
      number_ = number_ * 10 + (uint32_t)(byte - '0');
    } else {
      only_digits_ = false;
    }
    length_++;
  }

  // Says what is wrong with the finished line, or nullptr when it is a command.
  const char *error() const {
    if (length_ > MAX_COMMAND) {
      return ERROR_TOO_LONG;
    }
    bool has_number = length_ > 1 && only_digits_;
    switch (name_) {
      case '?':
      case 's':
      case 't':
        return length_ == 1 ? nullptr : ERROR_NO_NUMBER;
      case 'c':
      case 'r':
      case 'f':
      case 'b':
        return has_number ? nullptr : ERROR_NEEDS_NUMBER;
      default:
        return ERROR_UNKNOWN;
    }
  }

  char name_ = 0;
  uint32_t number_ = 0;
  bool only_digits_ = true;
  uint8_t length_ = 0;
};

// What the host asked for. It is tried as a whole when a stream starts.
struct Settings {
  uint8_t n_channels;
  uint16_t rate;             // scans per second
  uint8_t scans_per_frame;
};

// Stores the number of a c, r or f command. Returns nullptr, or the reason why nothing was changed.
inline const char *apply(const Command &command, Settings &settings) {
  if (command.name == 'c') {
    if (command.number < 1 || command.number > MAX_CHANNELS) {
      return ERROR_CHANNELS;
    }
    settings.n_channels = (uint8_t)command.number;
  } else if (command.name == 'r') {
    if (command.number < 1 || command.number > MAX_RATE) {
      return ERROR_RATE;
    }
    settings.rate = (uint16_t)command.number;
  } else if (command.name == 'f') {
    if (command.number < 1) {
      return ERROR_SCANS;
    }
    settings.scans_per_frame = command.number < MAX_DATA_VALUES ? (uint8_t)command.number : MAX_DATA_VALUES;
  }
  return nullptr;
}

// The scans per frame that are used: what was asked for, or as many as one frame holds.
inline uint8_t fitting_scans(const Settings &settings) {
  uint8_t fit = MAX_DATA_VALUES / settings.n_channels;
  return settings.scans_per_frame < fit ? settings.scans_per_frame : fit;
}

// The bytes a second that a stream puts on the line. In text a value is at most "1023," and CR LF ends a
// line.
inline uint32_t bytes_per_second(const Settings &settings, Mode mode) {
  if (mode == MODE_TEXT) {
    return (uint32_t)settings.rate * (settings.n_channels * 5 + 1);
  }
  uint8_t scans = fitting_scans(settings);
  uint16_t frames = (uint16_t)((settings.rate + scans - 1) / scans);
  return (uint32_t)settings.rate * settings.n_channels * 2 + (uint32_t)frames * DATA_OVERHEAD;
}

// Says whether that is too much: for the line (ten bits a byte), or for a 16 MHz AVR, which has to encode and
// send every byte beside the sampling.
inline bool too_much_to_send(const Settings &settings, Mode mode, uint32_t baud) {
  uint32_t bytes = bytes_per_second(settings, mode);
  return bytes > MAX_BYTES_PER_SECOND || bytes > baud / 1000 * EMG_LINE_PERCENT;
}

}  // namespace emg
