/* emg_simulator - an Arduino Uno without hardware: runs the real firmware on simavr's ATmega328P, feeds its
 * analog pins from a file and shows its serial port as a pseudo-terminal.
 *
 *   emg_simulator FIRMWARE.elf [options]
 *     --wave FILE         what the pins see: little-endian int16 millivolts, interleaved, one column a pin
 *     --wave-ch N         columns in FILE (1); pins beyond them see the last one
 *     --wave-rate HZ      rows a second (1000); a row is held until the next
 *     --loop              begin again at the end of FILE instead of holding its last row
 *     --trace FILE        write every conversion: {u64 cycle, u32 pin, u16 millivolts, u16 by_timer}
 *     --sent FILE         write every byte that the board sends, as it was before the line lost or damaged it
 *     --speed X           simulated seconds a second (1); 0: as fast as possible and as the reader reads
 *     --seconds S         stop after S simulated seconds; without it, at SIGTERM or SIGINT
 *     --link PATH         a symbolic link to the pseudo-terminal, removed at the end
 *     --reset-on-open MS  opening the port resets the board, which then is silent for MS ms (the bootloader)
 *     --check-baud        garble both directions while the baud rates differ by more than 4.5 %
 *     --drop-every N      lose every Nth byte that the board sends
 *     --flip-every N      flip a bit in every Nth byte that the board sends
 *
 * Prints "PTY name" when ready and one line of JSON at the end.
 *
 * Rule: what the sketch sees is timed by its own clock cycles alone; the host's clock only paces the whole.
 *
 * simavr is GPL-3.0-or-later, and so is this program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_interrupts.h>
#include <simavr/sim_io.h>
#include <simavr/sim_irq.h>

enum {
  CLOCK_HZ = 16000000,
  SLICE_CYCLES = CLOCK_HZ / 1000,      /* simulated between two looks at the pseudo-terminal */
  LONGEST_SLEEP_CYCLES = 320,          /* of one simulator step: 20 us */
  SUPPLY_MILLIVOLTS = 5000,
  IDLE_MILLIVOLTS = 2500,              /* on the pins when there is no wave */
  BITS_PER_BYTE = 10,                  /* 8N1; simavr counts 11 */
  TIMER1_COMPB_VECTOR = 12,
};

/* Data addresses and bits of the ATmega328P's registers. */
enum {
  TIFR1 = 0x36, OCF1B = 1 << 2,
  ADCSRA = 0x7A, ADATE = 1 << 5,
  ADCSRB = 0x7B, ADTS = 7, ADTS_TIMER1_COMPB = 5,
  UCSR0A = 0xC0, U2X0 = 1 << 1,
  UBRR0L = 0xC4, UBRR0H = 0xC5,
};

struct options {
  const char *firmware;
  const char *wave;
  unsigned wave_channels;
  double wave_rate;
  bool wave_loop;
  const char *trace;
  const char *sent;
  double speed;
  double seconds;
  const char *link;
  int reset_ms;                        /* negative: opening the port does not reset the board */
  bool check_baud;
  unsigned long drop_every;
  unsigned long flip_every;
};

struct trace_record {
  uint64_t cycle;
  uint32_t pin;
  uint16_t millivolts;
  uint16_t by_timer;                   /* 1: the timer started it, so it begins a scan */
};

static struct options options = {.wave_channels = 1, .wave_rate = 1000, .speed = 1, .reset_ms = -1};
static volatile sig_atomic_t stop_asked;

static avr_t *avr;
static avr_irq_t *adc;
static avr_irq_t *uart;
static avr_uart_t *uart_state;

static int16_t *wave;
static size_t wave_rows;
static FILE *trace;
static FILE *sent;

static uint64_t conversions;
static uint64_t triggers;
static uint64_t triggers_missed;
static bool trigger_flag_clear = true;
static bool started_by_timer;

static int terminal = -1;              /* the master side of the pseudo-terminal */
static bool host_open;
static bool baud_matches = true;
static uint64_t silent_until;          /* cycle at which the bootloader hands over */
static uint8_t to_host[1 << 16];
static size_t to_host_length;
static uint8_t to_board[4096];
static size_t to_board_length;
static size_t to_board_sent;
static bool board_takes_bytes = true;
static uint64_t sent_bytes;
static uint64_t lost_bytes;

/* Ends the program with a message. */
static void fail(const char *what, const char *why) {
  fprintf(stderr, "emg_simulator: %s: %s\n", what, why);
  exit(1);
}

/* Seconds on the host's steady clock. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What a pin sees at this cycle, limited to the supply as on the chip. */
static uint16_t pin_millivolts(unsigned pin, avr_cycle_count_t cycle) {
  if (!wave) {
    return IDLE_MILLIVOLTS;
  }
  size_t row = (size_t)((double)cycle / CLOCK_HZ * options.wave_rate);
  if (row >= wave_rows) {
    row = options.wave_loop ? row % wave_rows : wave_rows - 1;
  }
  unsigned column = pin < options.wave_channels ? pin : options.wave_channels - 1;
  int millivolts = wave[row * options.wave_channels + column];
  if (millivolts < 0) {
    return 0;
  }
  return (uint16_t)(millivolts > SUPPLY_MILLIVOLTS ? SUPPLY_MILLIVOLTS : millivolts);
}

/* A conversion starts: give the pin its voltage of this instant and note it. */
static void on_conversion(struct avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq;
  (void)unused;
  union {
    avr_adc_mux_t mux;
    uint32_t value;
  } request = {.value = value};
  struct trace_record record = {.cycle = avr->cycle, .pin = request.mux.src, .by_timer = started_by_timer};
  if (request.mux.kind == ADC_MUX_SINGLE) {
    record.millivolts = pin_millivolts(request.mux.src, avr->cycle);
    avr_raise_irq(adc + ADC_IRQ_ADC0 + request.mux.src, record.millivolts);
  }
  started_by_timer = false;
  conversions++;
  if (trace && fwrite(&record, sizeof record, 1, trace) != 1) {
    fail(options.trace, strerror(errno));
  }
}

/* simavr does not connect the timer to the ADC. Do what the chip does: a rising edge of OCF1B, which was
 * clear and now is set, starts a conversion when the sketch chose that source and switched triggering on. */
static void on_timer1_compare_b(struct avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq;
  (void)unused;
  bool chosen = (avr->data[ADCSRB] & ADTS) == ADTS_TIMER1_COMPB && (avr->data[ADCSRA] & ADATE);
  if (!value || !chosen) {
    return;
  }
  if (!trigger_flag_clear) {
    triggers_missed++;
    return;
  }
  trigger_flag_clear = false;
  triggers++;
  uint64_t before = conversions;
  started_by_timer = true;
  avr_raise_irq(adc + ADC_IRQ_IN_TRIGGER, 1);
  started_by_timer = false;
  if (conversions == before) {         /* a conversion was still running */
    triggers_missed++;
  }
}

/* The board sent a byte: lose it, damage it or pass it on. */
static void on_uart_output(struct avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq;
  (void)unused;
  sent_bytes++;
  if (sent && fputc((int)value, sent) == EOF) {
    fail(options.sent, strerror(errno));
  }
  bool dropped = options.drop_every && sent_bytes % options.drop_every == 0;
  if (!host_open || dropped || to_host_length == sizeof to_host) {
    lost_bytes++;
    return;
  }
  if (options.flip_every && sent_bytes % options.flip_every == 0) {
    value ^= 0x10;
  }
  if (!baud_matches) {
    value = value * 37 + 11;           /* any fixed garbage will do */
  }
  to_host[to_host_length++] = (uint8_t)value;
}

/* The UART can take bytes again. */
static void on_uart_ready(struct avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq;
  (void)value;
  (void)unused;
  board_takes_bytes = true;
}

/* The UART's input is full. */
static void on_uart_full(struct avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq;
  (void)unused;
  if (value) {
    board_takes_bytes = false;
  }
}

/* SIGTERM and SIGINT end the run in good order. */
static void on_signal(int number) {
  (void)number;
  stop_asked = 1;
}

/* Passes only simavr's errors on. */
static void log_errors(avr_t *unused, const int level, const char *format, va_list arguments) {
  (void)unused;
  if (level <= LOG_ERROR) {
    vfprintf(stderr, format, arguments);
  }
}

/* The baud rate that the sketch has set. */
static double board_baud(void) {
  unsigned divisor = (avr->data[UBRR0L] | (avr->data[UBRR0H] & 15u) << 8) + 1;
  return (double)CLOCK_HZ / ((avr->data[UCSR0A] & U2X0 ? 8 : 16) * divisor);
}

/* The baud rate that the host has set on its side, any number; 0 when the system does not say. The call is
 * TCGETS2, whose header cannot be included beside <termios.h>; the output speed is the eleventh word of its
 * answer. */
static double host_baud(void) {
  unsigned words[64] = {0};
  return ioctl(terminal, 0x802C542A, words) == 0 ? words[10] : 0;
}

/* Resets the chip without turning its time back. */
static void reset_board(void) {
  avr_cycle_count_t cycle = avr->cycle;
  avr_reset(avr);
  avr->cycle = cycle;
  trigger_flag_clear = true;
  board_takes_bytes = true;
}

/* Sees whether the host opened or closed the port, and what that does to the board. */
static void follow_host(bool open) {
  if (open && !host_open && options.reset_ms >= 0) {
    reset_board();
    silent_until = avr->cycle + (uint64_t)options.reset_ms * (CLOCK_HZ / 1000);
    to_host_length = 0;
    to_board_length = 0;
    to_board_sent = 0;
  }
  if (!open) {
    to_host_length = 0;
  }
  host_open = open;
  baud_matches = true;
  if (options.check_baud && open) {
    double ratio = host_baud() / board_baud();
    baud_matches = ratio > 0.955 && ratio < 1.045;
  }
}

/* Moves bytes between the board and the pseudo-terminal, as many as either side takes. */
static void exchange_bytes(void) {
  struct pollfd poll_terminal = {.fd = terminal, .events = POLLIN};
  poll(&poll_terminal, 1, 0);
  follow_host(!(poll_terminal.revents & POLLHUP));
  uart_state->cycles_per_byte = (avr_cycle_count_t)(BITS_PER_BYTE * CLOCK_HZ / board_baud());
  if (to_host_length > 0) {
    ssize_t written = write(terminal, to_host, to_host_length);
    if (written > 0) {
      to_host_length -= (size_t)written;
      memmove(to_host, to_host + written, to_host_length);
    }
  }
  if (to_board_sent == to_board_length && (poll_terminal.revents & POLLIN)) {
    ssize_t got = read(terminal, to_board, sizeof to_board);
    to_board_length = got > 0 ? (size_t)got : 0;
    to_board_sent = 0;
  }
  if (!baud_matches) {
    to_board_sent = to_board_length;
  }
  while (board_takes_bytes && to_board_sent < to_board_length) {
    avr_raise_irq(uart + UART_IRQ_INPUT, to_board[to_board_sent++]);
  }
}

/* At full speed, waits for a reader that has fallen behind instead of losing bytes. */
static void wait_for_reader(void) {
  while (options.speed == 0 && to_host_length > sizeof to_host / 2 && host_open && !stop_asked) {
    struct pollfd writable = {.fd = terminal, .events = POLLOUT};
    poll(&writable, 1, 50);
    exchange_bytes();
  }
}

/* Runs the chip up to a cycle, or past it by less than one step. Returns simavr's state. */
static int run_until(uint64_t cycle) {
  int state = cpu_Running;
  if (avr->cycle < silent_until) {
    avr->cycle = silent_until < cycle ? silent_until : cycle;
    if (avr->cycle == silent_until) {
      reset_board();
    }
    return state;
  }
  while (avr->cycle < cycle && state != cpu_Done && state != cpu_Crashed) {
    state = avr_run(avr);
    if (!(avr->data[TIFR1] & OCF1B)) {
      trigger_flag_clear = true;
    }
  }
  return state;
}

/* Reads the whole wave file. */
static void load_wave(void) {
  FILE *file = fopen(options.wave, "rb");
  if (!file) {
    fail(options.wave, strerror(errno));
  }
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  wave_rows = size / sizeof *wave / options.wave_channels;
  wave = malloc(size);
  if (wave_rows == 0 || !wave || fread(wave, 1, size, file) != size) {
    fail(options.wave, "no full row of samples could be read");
  }
  fclose(file);
}

/* Opens a file that was asked for; without a name nothing is written. */
static FILE *open_output(const char *name) {
  FILE *file = name ? fopen(name, "wb") : NULL;
  if (name && !file) {
    fail(name, strerror(errno));
  }
  return file;
}

/* Closes such a file and fails when what was written did not reach it. */
static void close_output(FILE *file, const char *name) {
  if (file && fclose(file)) {
    fail(name, strerror(errno));
  }
}

/* Makes the Uno: chip, firmware, and our hooks into its ADC, timer and UART. */
static void make_board(void) {
  elf_firmware_t firmware = {0};
  avr_global_logger_set(log_errors);
  if (elf_read_firmware(options.firmware, &firmware)) {
    fail(options.firmware, "is no firmware that can be read");
  }
  avr = avr_make_mcu_by_name("atmega328p");
  if (!avr) {
    fail("atmega328p", "simavr does not know this chip");
  }
  avr_init(avr);
  avr_load_firmware(avr, &firmware);
  avr->frequency = CLOCK_HZ;
  avr->vcc = SUPPLY_MILLIVOLTS;
  avr->avcc = SUPPLY_MILLIVOLTS;
  avr->aref = SUPPLY_MILLIVOLTS;
  avr->run_cycle_limit = LONGEST_SLEEP_CYCLES;

  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  for (avr_io_t *io = avr->io_port; io; io = io->next) {
    if (!strcmp(io->kind, "uart") && ((avr_uart_t *)io)->name == '0') {
      uart_state = (avr_uart_t *)io;
    }
  }
  if (!uart_state) {
    fail("atmega328p", "simavr gives it no UART 0");
  }
  adc = avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, 0);
  uart = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), 0);
  avr_irq_t *compare_b = avr_get_interrupt_irq(avr, TIMER1_COMPB_VECTOR) + AVR_INT_IRQ_PENDING;
  avr_irq_register_notify(adc + ADC_IRQ_OUT_TRIGGER, on_conversion, NULL);
  avr_irq_register_notify(compare_b, on_timer1_compare_b, NULL);
  avr_irq_register_notify(uart + UART_IRQ_OUTPUT, on_uart_output, NULL);
  avr_irq_register_notify(uart + UART_IRQ_OUT_XON, on_uart_ready, NULL);
  avr_irq_register_notify(uart + UART_IRQ_OUT_XOFF, on_uart_full, NULL);
}

/* Makes the pseudo-terminal and says its name. Our copy of the host's side is closed again, so that a hang-up
 * tells whether a host has the port open. */
static void open_terminal(void) {
  int host_side;
  char name[64];
  struct termios settings;
  if (openpty(&terminal, &host_side, name, NULL, NULL)) {
    fail("openpty", strerror(errno));
  }
  tcgetattr(host_side, &settings);
  cfmakeraw(&settings);
  tcsetattr(host_side, TCSANOW, &settings);
  close(host_side);
  fcntl(terminal, F_SETFL, O_NONBLOCK);
  if (options.link) {
    unlink(options.link);
    if (symlink(name, options.link)) {
      fail(options.link, strerror(errno));
    }
  }
  printf("PTY %s\n", name);
  fflush(stdout);
}

/* Sleeps until the host's clock has come as far as the simulated one. Returns by how much it was ahead
 * already. */
static double keep_pace(double start, double simulated) {
  double early = start + simulated / options.speed - now();
  if (early <= 0) {
    return -early;
  }
  struct timespec pause = {(time_t)early, (long)((early - (double)(time_t)early) * 1e9)};
  nanosleep(&pause, NULL);
  return 0;
}

/* Runs until the firmware ends, the time is over or a signal asks to stop; then prints what happened. */
static int simulate(void) {
  double start = now();
  double behind_max = 0;
  uint64_t slice_end = avr->cycle + SLICE_CYCLES;
  int state = cpu_Running;
  while (!stop_asked && state != cpu_Done && state != cpu_Crashed) {
    state = run_until(slice_end);
    slice_end += SLICE_CYCLES;
    exchange_bytes();
    wait_for_reader();
    double simulated = (double)avr->cycle / CLOCK_HZ;
    if (options.seconds > 0 && simulated >= options.seconds) {
      break;
    }
    if (options.speed > 0) {
      double behind = keep_pace(start, simulated);
      behind_max = behind > behind_max ? behind : behind_max;
    }
  }
  for (int tries = 0; tries < 20 && to_host_length > 0 && host_open; tries++) {
    struct pollfd writable = {.fd = terminal, .events = POLLOUT};
    poll(&writable, 1, 5);
    exchange_bytes();
  }
  printf("{\"simulated_seconds\": %.6f, \"wall_seconds\": %.3f, \"behind_seconds\": %.6f, ",
         (double)avr->cycle / CLOCK_HZ, now() - start, behind_max);
  printf("\"conversions\": %llu, \"triggers\": %llu, \"triggers_missed\": %llu, ",
         (unsigned long long)conversions, (unsigned long long)triggers, (unsigned long long)triggers_missed);
  printf("\"sent_bytes\": %llu, \"lost_bytes\": %llu, \"crashed\": %s}\n", (unsigned long long)sent_bytes,
         (unsigned long long)lost_bytes, state == cpu_Crashed ? "true" : "false");
  return state == cpu_Crashed;
}

/* Reads the command line into `options`. */
static void read_options(int argc, char **argv) {
  static const struct option known[] = {
      {"wave", required_argument, NULL, 'w'},
      {"wave-ch", required_argument, NULL, 'c'},
      {"wave-rate", required_argument, NULL, 'r'},
      {"loop", no_argument, NULL, 'l'},
      {"trace", required_argument, NULL, 't'},
      {"sent", required_argument, NULL, 'o'},
      {"speed", required_argument, NULL, 's'},
      {"seconds", required_argument, NULL, 'S'},
      {"link", required_argument, NULL, 'L'},
      {"reset-on-open", required_argument, NULL, 'R'},
      {"check-baud", no_argument, NULL, 'B'},
      {"drop-every", required_argument, NULL, 'D'},
      {"flip-every", required_argument, NULL, 'F'},
      {NULL, 0, NULL, 0},
  };
  int key;
  while ((key = getopt_long(argc, argv, "", known, NULL)) != -1) {
    switch (key) {
      case 'w': options.wave = optarg; break;
      case 'c': options.wave_channels = (unsigned)strtoul(optarg, NULL, 10); break;
      case 'r': options.wave_rate = strtod(optarg, NULL); break;
      case 'l': options.wave_loop = true; break;
      case 't': options.trace = optarg; break;
      case 'o': options.sent = optarg; break;
      case 's': options.speed = strtod(optarg, NULL); break;
      case 'S': options.seconds = strtod(optarg, NULL); break;
      case 'L': options.link = optarg; break;
      case 'R': options.reset_ms = (int)strtol(optarg, NULL, 10); break;
      case 'B': options.check_baud = true; break;
      case 'D': options.drop_every = strtoul(optarg, NULL, 10); break;
      case 'F': options.flip_every = strtoul(optarg, NULL, 10); break;
      default: exit(2);
    }
  }
  if (optind != argc - 1 || options.wave_channels < 1 || !(options.wave_rate > 0) || !(options.speed >= 0)) {
    fprintf(stderr, "usage: emg_simulator FIRMWARE.elf [options], listed at the top of emg_simulator.c\n");
    exit(2);
  }
  options.firmware = argv[optind];
}

int main(int argc, char **argv) {
  read_options(argc, argv);
  struct sigaction stop = {.sa_handler = on_signal};
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);
  signal(SIGPIPE, SIG_IGN);
  if (options.wave) {
    load_wave();
  }
  trace = open_output(options.trace);
  sent = open_output(options.sent);
  make_board();
  open_terminal();
  int result = simulate();
  close_output(trace, options.trace);
  close_output(sent, options.sent);
  if (options.link) {
    unlink(options.link);
  }
  return result;
}
