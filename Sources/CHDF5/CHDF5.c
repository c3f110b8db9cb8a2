#include "CHDF5.h"

#include <string.h>

struct message {
  char *text;
  size_t size;
  size_t length;
  unsigned count;
};

static herr_t append(unsigned n, const H5E_error2_t *error, void *context) {
  (void)n;
  struct message *message = context;
  const char *text = error->desc;
  if (text == NULL || text[0] == '\0' || message->count >= 4) return 0;
  const char *separator = message->count == 0 ? "" : "; ";
  size_t needed = strlen(separator) + strlen(text);
  if (message->length + needed + 1 > message->size) return 0;
  strcpy(message->text + message->length, separator);
  strcat(message->text + message->length, text);
  message->length += needed;
  message->count += 1;
  return 0;
}

void operando_hdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

void operando_hdf5_take_message(char *buffer, size_t size) {
  if (size == 0) return;
  buffer[0] = '\0';
  struct message message = {buffer, size, 0, 0};
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, append, &message);
  H5Eclear2(H5E_DEFAULT);
}
