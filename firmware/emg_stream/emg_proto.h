// emg_proto.h - EMG stream 1 on the wire: every constant, the CRC, COBS and a frame under construction.
//
// No Arduino in here: the same header is compiled for the boards and for the tests on the host.
// Rule: a number that the host must know too stands here and nowhere else.
#pragma once
#include <stdint.h>
#include "flash.h"

// 500000 baud is exact on a 16 MHz AVR; 115200 is the fallback for adapters that cannot do it.
#ifndef EMG_BAUD
#define EMG_BAUD 500000
#endif

namespace emg {

const uint8_t PROTO_VERSION = 1;  // rises only for changes an older host cannot read

enum FrameType : uint8_t { FRAME_DATA = 1, FRAME_INFO = 2, FRAME_STATUS = 3, FRAME_TEXT = 4 };
enum Flag : uint8_t { FLAG_DROPPED = 1, FLAG_RAIL = 2 };
enum Mode : uint8_t { MODE_IDLE = 0, MODE_BINARY = 1, MODE_TEXT = 2 };

const uint8_t MAX_CHANNELS = 6;
const uint8_t MAX_BODY = 253;             // with the CRC; one COBS block carries no more
const uint8_t CRC_SIZE = 4;
const uint8_t LINE_OVERHEAD = 2;          // the COBS code byte and the ending 0x00
const uint8_t MAX_FRAME = MAX_BODY + LINE_OVERHEAD;
const uint8_t DATA_HEAD_SIZE = 9;         // type, stream id, first scan, flags, channels, scans
const uint8_t DATA_FLAGS_AT = 6;          // these two are known only when the frame is full
const uint8_t DATA_SCANS_AT = 8;
const uint8_t MAX_DATA_VALUES = (MAX_BODY - DATA_HEAD_SIZE - CRC_SIZE) / 2;
const uint8_t DATA_OVERHEAD = DATA_HEAD_SIZE + CRC_SIZE + LINE_OVERHEAD;

// CRC-32 as in zlib (reflected polynomial 0xEDB88320), four bits at a time: 16 entries are enough for the
// board.
static const uint32_t CRC_TABLE[16] PROGMEM = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

// Carries the CRC over one more byte. Start with 0xFFFFFFFF and invert the end.
inline uint32_t crc32_update(uint32_t crc, uint8_t byte) {
  crc = flash_u32(CRC_TABLE + (((uint8_t)crc ^ byte) & 15)) ^ (crc >> 4);
  crc = flash_u32(CRC_TABLE + (((uint8_t)crc ^ (byte >> 4)) & 15)) ^ (crc >> 4);
  return crc;
}

// Stuffs `length` bytes (at most MAX_BODY) so that 0x00 occurs only as the last byte, which ends the frame.
// Writes length + LINE_OVERHEAD bytes to `out` and returns how many.
inline uint8_t cobs_encode(const uint8_t *body, uint8_t length, uint8_t *out) {
  uint8_t code_at = 0;
  uint8_t at = 1;
  for (uint8_t i = 0; i < length; i++) {
    if (body[i] == 0) {
      out[code_at] = at - code_at;
      code_at = at;
    } else {
      out[at] = body[i];
    }
    at++;
  }
  out[code_at] = at - code_at;
  out[at++] = 0;
  return at;
}

// A frame under construction, little endian: begin, append, finish. CAPACITY counts the body without its CRC;
// what does not fit is left out, so a frame is never longer than its buffer.
template <uint8_t CAPACITY>
class Frame {
 public:
  // Starts a new frame of the given type and forgets the old one.
  void begin(FrameType type) {
    size_ = 0;
    u8(type);
  }

  // Appends one byte.
  void u8(uint8_t value) {
    if (size_ < CAPACITY) {
      body_[size_++] = value;
    }
  }

  // Appends 16 bits.
  void u16(uint16_t value) {
    u8((uint8_t)value);
    u8((uint8_t)(value >> 8));
  }

  // Appends 32 bits.
  void u32(uint32_t value) {
    u16((uint16_t)value);
    u16((uint16_t)(value >> 16));
  }

  // Appends a text from flash without its ending zero.
  void text(const char *string) {
    for (char character; (character = flash_char(string)) != 0; string++) {
      u8((uint8_t)character);
    }
  }

  // Overwrites a byte that was appended before its value was known.
  void set(uint8_t at, uint8_t value) { body_[at] = value; }

  // Adds the CRC, writes the frame as it goes on the line and returns its length. Call it once per begin().
  uint8_t finish(uint8_t *out) {
    uint32_t crc = 0xFFFFFFFF;
    for (uint8_t i = 0; i < size_; i++) {
      crc = crc32_update(crc, body_[i]);
    }
    crc = ~crc;
    for (uint8_t i = 0; i < CRC_SIZE; i++) {
      body_[size_ + i] = (uint8_t)(crc >> (8 * i));
    }
    return cobs_encode(body_, size_ + CRC_SIZE, out);
  }

 private:
  static_assert(CAPACITY <= MAX_BODY - CRC_SIZE, "a frame must fit one COBS block");
  uint8_t body_[CAPACITY + CRC_SIZE];
  uint8_t size_ = 0;
};

}  // namespace emg
