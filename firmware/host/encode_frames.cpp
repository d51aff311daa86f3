// encode_frames - lets the board's own code encode frames that the host's decoder is then tried on.
//
//   encode_frames: reads records `length u8 | body` (type first, no CRC), writes one frame for each
#include <stdio.h>
#include "emg_proto.h"

int main() {
  emg::Frame<emg::MAX_BODY - emg::CRC_SIZE> frame;
  uint8_t out[emg::MAX_FRAME];
  int length;
  while ((length = getchar()) != EOF) {
    for (int i = 0; i < length; i++) {
      int byte = getchar();
      if (byte == EOF) {
        fprintf(stderr, "encode_frames: the last body ends after %d of %d bytes\n", i, length);
        return 1;
      }
      if (i == 0) {
        frame.begin((emg::FrameType)byte);
      } else {
        frame.u8((uint8_t)byte);
      }
    }
    if (length > 0) {
      fwrite(out, 1, frame.finish(out), stdout);
      fflush(stdout);
    }
  }
  return 0;
}
