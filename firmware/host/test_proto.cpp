// test_proto - the parts of the sketch that need no board: CRC, COBS, frames, the command parser, the
// settings.
#include <stdio.h>
#include <string.h>
#include <string>
#include <vector>
#include "commands.h"
#include "emg_proto.h"

static int failures;

// Counts and shows what is not so; unlike assert() it goes on and cannot be compiled away.
#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
      failures++;                                                     \
    }                                                                 \
  } while (0)

// What the parser and the settings make of some lines: the error of each line, or "" when it was obeyed.
static std::vector<std::string> answers(const char *input, emg::Settings &settings) {
  std::vector<std::string> found;
  emg::CommandParser parser;
  emg::Command command;
  for (const char *at = input; *at; at++) {
    if (parser.feed(*at, command)) {
      const char *error = command.error ? command.error : emg::apply(command, settings);
      found.push_back(error ? error : "");
    }
  }
  return found;
}

// The catalogue's check value: CRC-32 of "123456789".
static void the_crc_is_zlibs() {
  uint32_t crc = 0xFFFFFFFF;
  for (const char *at = "123456789"; *at; at++) {
    crc = emg::crc32_update(crc, (uint8_t)*at);
  }
  CHECK(~crc == 0xCBF43926);
}

// Every length, with many zeros, none and only zeros.
static void a_frame_holds_one_zero_and_it_is_the_last_byte() {
  for (int step = 1; step <= 300; step += 23) {
    for (int length = 1; length <= emg::MAX_BODY - emg::CRC_SIZE; length++) {
      emg::Frame<emg::MAX_BODY - emg::CRC_SIZE> frame;
      uint8_t out[emg::MAX_FRAME];
      frame.begin(emg::FRAME_DATA);
      for (int i = 1; i < length; i++) {
        frame.u8((uint8_t)(i % step == 0 ? 0 : i));
      }
      int size = frame.finish(out);
      CHECK(size == length + emg::CRC_SIZE + emg::LINE_OVERHEAD);
      CHECK(memchr(out, 0, size) == out + size - 1);
    }
  }
}

// A frame drops what does not fit instead of writing past its end.
static void a_frame_never_outgrows_its_buffer() {
  emg::Frame<4> frame;
  uint8_t out[16];
  frame.begin(emg::FRAME_TEXT);
  frame.text("longer than four bytes");
  CHECK(frame.finish(out) == 4 + emg::CRC_SIZE + emg::LINE_OVERHEAD);
  CHECK(out[1] == emg::FRAME_TEXT && out[2] == 'l');
}

// Good lines in every ending a serial monitor has.
static void good_lines_change_the_settings() {
  emg::Settings settings = {1, 1000, 10};
  for (const std::string &error : answers("c6\nr500\r\nf20\r\n\n?\ns\rb255\nt\n", settings)) {
    CHECK(error.empty());
  }
  CHECK(settings.n_channels == 6 && settings.rate == 500 && settings.scans_per_frame == 20);
}

// Each wrong line is answered once, and the settings stay.
static void wrong_lines_change_nothing() {
  const char *const wrong[] = {
      "c0\n", "c7\n", "c\n", "cx\n", "c2x\n", "c-1\n", "c 2\n", " c2\n", "C2\n", "c00000002\n", "r\n", "r0\n",
      "r10001\n", "r9999999\n", "r99999999\n", "f\n", "f0\n", "b\n", "??\n", "s1\n", "t1\n", "x\n", "hello\n",
      "\x80\xff\n"};
  for (const char *line : wrong) {
    emg::Settings settings = {3, 1000, 10};
    std::vector<std::string> found = answers(line, settings);
    CHECK(found.size() == 1 && !found[0].empty());
    CHECK(settings.n_channels == 3 && settings.rate == 1000 && settings.scans_per_frame == 10);
  }
}

// A line without end takes no memory, and the next line is read again.
static void an_overlong_line_is_one_error_and_the_next_line_counts() {
  emg::Settings settings = {1, 1000, 10};
  std::string endless(100000, 'c');
  std::vector<std::string> found = answers((endless + "\nc2\n").c_str(), settings);
  CHECK(found.size() == 2 && found[0] == "line too long" && found[1].empty());
  CHECK(settings.n_channels == 2);
}

// Whatever number of scans is asked for, the frame fits and is as large as it can be.
static void scans_per_frame_are_clamped_to_what_fits() {
  for (uint8_t channels = 1; channels <= emg::MAX_CHANNELS; channels++) {
    emg::Settings settings = {channels, 1000, 10};
    CHECK(answers("f4000000\n", settings)[0].empty());
    int values = emg::fitting_scans(settings) * channels;
    CHECK(values <= emg::MAX_DATA_VALUES && values + channels > emg::MAX_DATA_VALUES);
    settings.scans_per_frame = 7;
    CHECK(emg::fitting_scans(settings) == 7);
  }
}

// Six channels at 1 kHz fit 500000 baud in both modes, but not 115200; frames of one scan are mostly
// overhead.
static void a_stream_that_cannot_be_sent_is_refused() {
  emg::Settings six = {6, 1000, 10};
  CHECK(emg::bytes_per_second(six, emg::MODE_BINARY) == 13500);
  CHECK(!emg::too_much_to_send(six, emg::MODE_BINARY, 500000));
  CHECK(emg::too_much_to_send(six, emg::MODE_BINARY, 115200));
  CHECK(!emg::too_much_to_send(six, emg::MODE_TEXT, 500000));
  emg::Settings short_frames = {1, 6000, 1};
  CHECK(emg::too_much_to_send(short_frames, emg::MODE_BINARY, 500000));
}

int main() {
  the_crc_is_zlibs();
  a_frame_holds_one_zero_and_it_is_the_last_byte();
  a_frame_never_outgrows_its_buffer();
  good_lines_change_the_settings();
  wrong_lines_change_nothing();
  an_overlong_line_is_one_error_and_the_next_line_counts();
  scans_per_frame_are_clamped_to_what_fits();
  a_stream_that_cannot_be_sent_is_refused();
  printf("%s\n", failures ? "FAILED" : "all well");
  return failures ? 1 : 0;
}
