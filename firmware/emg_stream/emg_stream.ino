// emg_stream - samples muscle sensors at a fixed rate and streams them over serial as "EMG stream 1".
//
// loop() never waits: bytes for the line stand in one buffer that is drained as the serial port takes them,
// answers are noted and sent when the line is free. A full data frame goes first, but never for so long that
// the board is not heard: INFO, STATUS and errors have their turn even on a line too slow for the data.
// Rule: what is on the line is a whole frame or a whole text line, so nothing can damage anything else.
#include <Arduino.h>
#include "commands.h"
#include "emg_proto.h"
#include "flash.h"
#include "sampler.h"

static const uint8_t FIRMWARE_MAJOR = 1;  // the program's version; the protocol has its own
static const uint8_t FIRMWARE_MINOR = 0;
static const uint8_t MAX_COMMAND_BYTES = 32;  // read per pass, so that endless input cannot hold loop()
// From one frame that is not data to the next, when data wait too. Ten such frames a second fit the 5 % of
// the line that too_much_to_send() leaves, so no flood of questions can push data aside.
static const uint8_t ANSWER_PAUSE_MS = 100;

// The baud rate as text, made by the preprocessor.
#define EMG_QUOTE_AS_IS(text) #text
#define EMG_QUOTE(macro) EMG_QUOTE_AS_IS(macro)

static emg::CommandParser parser;
static emg::Settings wanted = {1, 1000, 10};  // for the next start; c, r and f change these
static emg::Settings active = {1, 1000, 10};  // of the stream that runs
static SamplerSetup sampling;
static emg::Mode mode = emg::MODE_IDLE;
static uint8_t stream_id;

static uint8_t line[emg::MAX_FRAME];  // what is being sent
static uint8_t line_length;
static uint8_t line_sent;

static emg::Frame<emg::MAX_BODY - emg::CRC_SIZE> data;  // fills while other frames go out: two buffers
static emg::Frame<48> control;
static uint8_t data_scans;      // scans in `data` so far
static uint8_t data_flags;
static bool data_ready;
static uint32_t expected_index;
static uint16_t full_scale;

static const char *error_due;   // answers that wait until the line is free
static bool hello_due;
static bool info_due;
static bool status_due;
static bool announced;          // the running stream's first INFO is out, so its data may follow
static uint32_t last_second;
static uint32_t last_answer;    // when a frame that is not data was last put on the line

// How many bytes the port takes without waiting. Only the AVR cores are known to say; elsewhere write() may
// wait, and the sampler counts what it missed.
static int line_space() {
#ifdef __AVR__
  return Serial.availableForWrite();
#else
  return emg::MAX_FRAME;
#endif
}

// Hands the port as much of the line as it takes now.
static void drain_line() {
  int space = line_space();
  uint8_t left = line_length - line_sent;
  if (left > 0 && space > 0) {
    line_sent += (uint8_t)Serial.write(line + line_sent, left < space ? left : (size_t)space);
  }
}

// Says whether everything that was put on the line has left.
static bool line_free() { return line_sent == line_length; }

// Empties the line for new content.
static void line_begin() {
  line_length = 0;
  line_sent = 0;
}

// Puts one character on the line.
static void put_char(char character) {
  if (line_length < sizeof line) {
    line[line_length++] = (uint8_t)character;
  }
}

// Puts a text from flash on the line.
static void put_text(const char *text) {
  for (char character; (character = emg::flash_char(text)) != 0; text++) {
    put_char(character);
  }
}

// Puts a number on the line in decimal.
static void put_number(uint16_t number) {
  char digits[5];
  uint8_t n = 0;
  do {
    digits[n++] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (n > 0) {
    put_char(digits[--n]);
  }
}

// The text line by which a host knows this program.
static void send_hello() {
  line_begin();
  put_text(PSTR("# emgstream proto="));
  put_number(emg::PROTO_VERSION);
  put_text(PSTR(" fw="));
  put_number(FIRMWARE_MAJOR);
  put_char('.');
  put_number(FIRMWARE_MINOR);
  put_text(PSTR(" board="));
  put_text(sampler_board());
  put_text(PSTR(" baud=" EMG_QUOTE(EMG_BAUD) "\r\n"));
}

// The INFO frame: how the running stream is to be read.
static void send_info() {
  control.begin(emg::FRAME_INFO);
  control.u8(emg::PROTO_VERSION);
  control.u8(FIRMWARE_MAJOR);
  control.u8(FIRMWARE_MINOR);
  control.u8(stream_id);
  control.u8(mode);
  control.u8(active.n_channels);
  control.u8(active.scans_per_frame);
  control.u8(sampling.adc_bits);
  control.u16(sampling.vref_millivolts);
  control.u16(sampling.skew_us);
  control.u32(sampling.tick_hz);
  control.u32(sampling.period_ticks);
  control.text(sampler_board());
  line_begin();
  if (!announced) {
    put_char(0);  // ends whatever text came before, so that the first frame stands alone
  }
  line_length += control.finish(line + line_length);
}

// The STATUS frame: how long the board is up and what it had to drop.
static void send_status() {
  control.begin(emg::FRAME_STATUS);
  control.u8(stream_id);
  control.u32(millis());
  control.u32(sampler_overruns());
  line_begin();
  line_length = control.finish(line);
}

// The reason why a command was refused; inside a binary stream a bare line would damage a frame.
static void send_error() {
  line_begin();
  if (mode == emg::MODE_BINARY) {
    control.begin(emg::FRAME_TEXT);
    control.text(PSTR("! "));
    control.text(error_due);
    line_length = control.finish(line);
  } else {
    put_text(PSTR("! "));
    put_text(error_due);
    put_text(PSTR("\r\n"));
  }
}

// The data frame that is ready, with what is known only now.
static void send_data() {
  data.set(emg::DATA_FLAGS_AT, data_flags);
  data.set(emg::DATA_SCANS_AT, data_scans);
  line_begin();
  line_length = data.finish(line);
  data_scans = 0;
  data_ready = false;
}

// One scan as a line of comma separated numbers, which the Arduino Serial Plotter draws.
static void send_csv(const Scan &scan) {
  line_begin();
  for (uint8_t i = 0; i < active.n_channels; i++) {
    if (i > 0) {
      put_char(',');
    }
    put_number(scan.counts[i]);
  }
  put_text(PSTR("\r\n"));
}

// Starts a stream as `wanted`. When that is impossible the reason is noted and what runs goes on unchanged.
static void start(emg::Mode new_mode, uint8_t new_stream_id) {
  SamplerSetup planned;
  error_due = sampler_plan(wanted.n_channels, wanted.rate, planned);
  if (!error_due && emg::too_much_to_send(wanted, new_mode, EMG_BAUD)) {
    error_due = PSTR("too many bytes a second");
  }
  if (error_due) {
    return;
  }
  sampler_stop();
  active = wanted;
  active.scans_per_frame = emg::fitting_scans(wanted);
  sampling = planned;
  full_scale = (uint16_t)((1UL << sampling.adc_bits) - 1);
  mode = new_mode;
  stream_id = new_stream_id;
  data_scans = 0;
  data_ready = false;
  expected_index = 0;
  announced = false;
  info_due = false;
  status_due = false;
  last_second = millis();
  sampler_start(active.n_channels, sampling);
}

// Does what one command says.
static void execute(const emg::Command &command) {
  if (command.error) {
    error_due = command.error;
    return;
  }
  switch (command.name) {
    case '?':
      if (mode == emg::MODE_BINARY) {
        info_due = true;
      } else {
        hello_due = true;
      }
      break;
    case 's':
      sampler_stop();
      mode = emg::MODE_IDLE;
      hello_due = true;
      break;
    case 'b':
      if (command.number > 255) {
        error_due = PSTR("stream id: 0 to 255");
      } else {
        start(emg::MODE_BINARY, (uint8_t)command.number);
      }
      break;
    case 't':
      start(emg::MODE_TEXT, stream_id);
      break;
    default:
      error_due = emg::apply(command, wanted);
  }
}

// Reads at most one command. None is read while an answer still waits, so every one is answered in its order;
// only INFO may be asked for again meanwhile, because one INFO answers any number of questions.
static void poll_command() {
  if (error_due || hello_due) {
    return;
  }
  emg::Command command;
  for (uint8_t n = 0; n < MAX_COMMAND_BYTES && Serial.available() > 0; n++) {
    if (parser.feed((char)Serial.read(), command)) {
      execute(command);
      return;
    }
  }
}

// Begins a data frame with a scan; a jump of the index means that the board dropped scans before it.
static void begin_data(uint32_t index) {
  data_flags = index == expected_index ? 0 : emg::FLAG_DROPPED;
  data.begin(emg::FRAME_DATA);
  data.u8(stream_id);
  data.u32(index);
  data.u8(0);
  data.u8(active.n_channels);
  data.u8(0);
}

// Moves waiting scans into the data frame until it is full or the next scan does not follow the last one.
static void collect_scans() {
  while (!data_ready) {
    const Scan *scan = sampler_peek();
    if (!scan) {
      return;
    }
    if (data_scans > 0 && scan->index != expected_index) {
      data_ready = true;
      return;
    }
    if (data_scans == 0) {
      begin_data(scan->index);
    }
    for (uint8_t i = 0; i < active.n_channels; i++) {
      uint16_t counts = scan->counts[i];
      data.u16(counts);
      if (counts == 0 || counts >= full_scale) {
        data_flags |= emg::FLAG_RAIL;
      }
    }
    expected_index = scan->index + 1;
    sampler_pop();
    data_scans++;
    data_ready = data_scans == active.scans_per_frame;
  }
}

// Says whether a full data frame goes next: always, but for an answer that has waited long enough.
static bool data_goes_first() {
  bool answer_waits = status_due || info_due || error_due;
  return data_ready && !(answer_waits && millis() - last_answer >= ANSWER_PAUSE_MS);
}

// Puts the next thing on the free line while streaming frames. Of the answers STATUS goes first and an error
// last: no command is read while an error waits, so it is behind one INFO at most.
static void send_next_frame() {
  if (!announced) {
    send_info();
    announced = true;
    return;
  }
  if (data_goes_first()) {
    send_data();
    return;
  }
  if (status_due) {
    send_status();
    status_due = false;
  } else if (info_due) {
    send_info();
    info_due = false;
  } else if (error_due) {
    send_error();
    error_due = nullptr;
  } else {
    return;
  }
  last_answer = millis();
}

// Puts the next thing on the free line while idle or sending text.
static void send_next_text() {
  const Scan *scan = mode == emg::MODE_TEXT ? sampler_peek() : nullptr;
  if (error_due) {
    send_error();
    error_due = nullptr;
  } else if (hello_due) {
    send_hello();
    hello_due = false;
  } else if (scan) {
    send_csv(*scan);
    sampler_pop();
  }
}

// Asks for INFO and STATUS once a second.
static void mark_seconds() {
  if (millis() - last_second >= 1000) {
    last_second += 1000;
    info_due = true;
    status_due = true;
  }
}

void setup() {
  Serial.begin(EMG_BAUD);
  hello_due = true;
}

void loop() {
  poll_command();
  if (mode == emg::MODE_BINARY) {
    mark_seconds();
    collect_scans();
  }
  if (line_free()) {
    if (mode == emg::MODE_BINARY) {
      send_next_frame();
    } else {
      send_next_text();
    }
  }
  drain_line();
}
