#include "CTIFF.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <unistd.h>

struct operando_tiff {
  TIFF *file;
  int descriptor;
  const uint8_t *bytes;
  uint64_t size, position;
  char message[512];
};

// One strip or tile may take this much, whatever it claims.
static const tmsize_t LARGEST_PIECE = (tmsize_t)1 << 30;

static int note_error(TIFF *file, void *context, const char *module, const char *format, va_list arguments) {
  (void)file;
  operando_tiff *tiff = context;
  // The first error is the cause, what follows are consequences.
  if (tiff->message[0] != '\0') return 1;
  int used = snprintf(tiff->message, sizeof tiff->message, "%s: ", module == NULL ? "libtiff" : module);
  if (used > 0 && (size_t)used < sizeof tiff->message)
    vsnprintf(tiff->message + used, sizeof tiff->message - (size_t)used, format, arguments);
  return 1;
}

static int ignore_warning(TIFF *file, void *context, const char *module, const char *format, va_list arguments) {
  (void)file, (void)context, (void)module, (void)format, (void)arguments;
  return 1;
}

static tmsize_t read_bytes(thandle_t handle, void *buffer, tmsize_t size) {
  operando_tiff *tiff = handle;
  if (size <= 0 || tiff->position >= tiff->size) return 0;
  uint64_t rest = tiff->size - tiff->position;
  size_t length = (uint64_t)size < rest ? (size_t)size : (size_t)rest;
  if (tiff->descriptor < 0) {
    memcpy(buffer, tiff->bytes + tiff->position, length);
  } else {
    size_t done = 0;
    while (done < length) {
      ssize_t got = pread(tiff->descriptor, (char *)buffer + done, length - done, (off_t)(tiff->position + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      done += (size_t)got;
    }
    length = done;
  }
  tiff->position += length;
  return (tmsize_t)length;
}

static tmsize_t refuse_write(thandle_t handle, void *buffer, tmsize_t size) {
  (void)handle, (void)buffer, (void)size;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  operando_tiff *tiff = handle;
  uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? tiff->position : tiff->size;
  tiff->position = base + offset;
  return tiff->position;
}

static int close_nothing(thandle_t handle) { return (void)handle, 0; }
static toff_t size_of(thandle_t handle) { return ((operando_tiff *)handle)->size; }
static int map_nothing(thandle_t handle, void **base, toff_t *size) { return (void)handle, (void)base, (void)size, 0; }
static void unmap_nothing(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

static TIFFOpenOptions *options_for(operando_tiff *tiff) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, LARGEST_PIECE);
  TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, tiff);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, tiff);
  return options;
}

static operando_tiff *finish_open(operando_tiff *tiff, TIFFOpenOptions *options, char *message, size_t message_size) {
  TIFFOpenOptionsFree(options);
  if (tiff->file != NULL) return tiff;
  snprintf(message, message_size, "%s", tiff->message[0] == '\0' ? "libtiff cannot open it" : tiff->message);
  free(tiff);
  return NULL;
}

operando_tiff *operando_tiff_open(int descriptor, const void *bytes, uint64_t size, char *message, size_t message_size) {
  operando_tiff *tiff = calloc(1, sizeof *tiff);
  TIFFOpenOptions *options = tiff == NULL ? NULL : options_for(tiff);
  if (options == NULL) {
    free(tiff);
    snprintf(message, message_size, "no memory");
    return NULL;
  }
  tiff->descriptor = descriptor;
  tiff->bytes = bytes;
  tiff->size = size;
  tiff->file = TIFFClientOpenExt(
      "TIFF", "rm", tiff, read_bytes, refuse_write, seek, close_nothing, size_of, map_nothing, unmap_nothing, options);
  return finish_open(tiff, options, message, message_size);
}

void operando_tiff_close(operando_tiff *tiff) {
  if (tiff == NULL) return;
  TIFFClose(tiff->file);
  free(tiff);
}

const char *operando_tiff_message(const operando_tiff *tiff) { return tiff->message; }

const char *operando_tiff_text(operando_tiff *tiff, uint32_t tag) {
  char *text = NULL;
  return TIFFGetField(tiff->file, tag, &text) == 1 ? text : NULL;
}

void operando_tiff_describe(operando_tiff *tiff, operando_tiff_page *page) {
  TIFF *file = tiff->file;
  memset(page, 0, sizeof *page);
  page->offset = TIFFCurrentDirOffset(file);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &page->rows);
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &page->columns);
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &page->bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &page->samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &page->format);
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &page->compression);
  TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &page->photometric);
  TIFFGetField(file, TIFFTAG_ORIENTATION, &page->orientation);
  TIFFGetFieldDefaulted(file, TIFFTAG_SUBFILETYPE, &page->kind);
  page->is_tiled = TIFFIsTiled(file);
  if (page->is_tiled) {
    TIFFGetField(file, TIFFTAG_TILELENGTH, &page->piece_rows);
    TIFFGetField(file, TIFFTAG_TILEWIDTH, &page->piece_columns);
    page->pieces = TIFFNumberOfTiles(file);
  } else {
    TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &page->piece_rows);
    page->piece_columns = page->columns;
    page->pieces = page->rows == 0 ? 0 : TIFFNumberOfStrips(file);
  }
  // More pieces than rows and columns is damage that the reader refuses; do not walk over them.
  for (uint64_t index = 0; index < page->pieces && page->pieces <= tiff->size; index++) {
    int failed = 0;
    uint64_t length = TIFFGetStrileByteCountWithErr(file, (uint32_t)index, &failed);
    uint64_t start = failed ? 0 : TIFFGetStrileOffsetWithErr(file, (uint32_t)index, &failed);
    if (failed) break;
    uint64_t end = start + length < start ? UINT64_MAX : start + length;
    page->stored = page->stored + length < length ? UINT64_MAX : page->stored + length;
    if (end > page->farthest) page->farthest = end;
  }
}

int operando_tiff_next(operando_tiff *tiff) {
  tiff->message[0] = '\0';
  return TIFFReadDirectory(tiff->file) == 1;
}

int operando_tiff_select(operando_tiff *tiff, uint64_t offset) {
  tiff->message[0] = '\0';
  return TIFFCurrentDirOffset(tiff->file) == offset || TIFFSetSubDirectory(tiff->file, offset) == 1;
}

int operando_tiff_read(operando_tiff *tiff, const operando_tiff_page *page, void *out, size_t size) {
  tiff->message[0] = '\0';
  TIFF *file = tiff->file;
  size_t pixel = page->bits / 8u, row = pixel * page->columns;
  uint8_t *bytes = out;
  if (!page->is_tiled) {
    uint32_t strips = TIFFNumberOfStrips(file);
    size_t position = 0;
    for (uint32_t strip = 0; strip < strips; strip++) {
      size_t first = (size_t)strip * page->piece_rows;
      if (first >= page->rows) break;
      size_t rows = page->rows - first < page->piece_rows ? page->rows - first : page->piece_rows;
      if (size - position < rows * row) return 0;
      if (TIFFReadEncodedStrip(file, strip, bytes + position, (tmsize_t)(rows * row)) != (tmsize_t)(rows * row)) return 0;
      position += rows * row;
    }
    return position == size;
  }
  tmsize_t tile_size = TIFFTileSize(file);
  size_t tile_row = pixel * page->piece_columns;
  if (tile_size <= 0 || tile_size > LARGEST_PIECE || (size_t)tile_size < tile_row * page->piece_rows) return 0;
  if (size != row * page->rows) return 0;
  uint8_t *tile = malloc((size_t)tile_size);
  if (tile == NULL) return 0;
  int is_good = 1;
  for (uint32_t r = 0; is_good && r < page->rows; r += page->piece_rows) {
    for (uint32_t c = 0; is_good && c < page->columns; c += page->piece_columns) {
      uint32_t index = TIFFComputeTile(file, c, r, 0, 0);
      is_good = TIFFReadEncodedTile(file, index, tile, tile_size) == tile_size;
      size_t rows = page->rows - r < page->piece_rows ? page->rows - r : page->piece_rows;
      size_t columns = page->columns - c < page->piece_columns ? page->columns - c : page->piece_columns;
      for (size_t line = 0; is_good && line < rows; line++)
        memcpy(bytes + (r + line) * row + c * pixel, tile + line * tile_row, columns * pixel);
      if (page->columns - c <= page->piece_columns) break;
    }
    if (page->rows - r <= page->piece_rows) break;
  }
  free(tile);
  return is_good;
}

operando_tiff *operando_tiff_create(const char *path, int is_big, char *message, size_t message_size) {
  operando_tiff *tiff = calloc(1, sizeof *tiff);
  TIFFOpenOptions *options = tiff == NULL ? NULL : options_for(tiff);
  if (options == NULL) {
    free(tiff);
    snprintf(message, message_size, "no memory");
    return NULL;
  }
  tiff->file = TIFFOpenExt(path, is_big ? "w8" : "w", options);
  return finish_open(tiff, options, message, message_size);
}

void operando_tiff_resolution(operando_tiff *tiff, double vertical, double horizontal) {
  TIFFSetField(tiff->file, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
  TIFFSetField(tiff->file, TIFFTAG_XRESOLUTION, horizontal);
  TIFFSetField(tiff->file, TIFFTAG_YRESOLUTION, vertical);
}

int operando_tiff_write(
    operando_tiff *tiff, const void *pixels, uint32_t rows, uint32_t columns, uint16_t bits, uint16_t format,
    uint16_t compression, uint16_t predictor, uint32_t tile, const char *description) {
  TIFF *file = tiff->file;
  tiff->message[0] = '\0';
  size_t pixel = bits / 8u, row = pixel * columns;
  // Strips of about 256 kB: large enough to compress well, small enough for a cache.
  uint32_t strip_rows = row == 0 || row > (1u << 18) ? 1 : (uint32_t)((1u << 18) / row);
  if (strip_rows > rows) strip_rows = rows;
  TIFFSetField(file, TIFFTAG_IMAGELENGTH, rows);
  TIFFSetField(file, TIFFTAG_IMAGEWIDTH, columns);
  TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, (int)bits);
  TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(file, TIFFTAG_SAMPLEFORMAT, (int)format);
  TIFFSetField(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  if (TIFFSetField(file, TIFFTAG_COMPRESSION, (int)compression) != 1) return 0;
  if (predictor > 1) TIFFSetField(file, TIFFTAG_PREDICTOR, (int)predictor);
  if (description != NULL && description[0] != '\0') TIFFSetField(file, TIFFTAG_IMAGEDESCRIPTION, description);
  // libtiff may change what it is given, in place, while it applies a predictor.
  int is_good = 1;
  if (tile == 0) {
    TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, strip_rows);
    uint8_t *copy = malloc(row * strip_rows + 1);
    if (copy == NULL) return 0;
    uint32_t strip = 0;
    for (uint32_t first = 0; is_good && first < rows; first += strip_rows, strip++) {
      uint32_t count = rows - first < strip_rows ? rows - first : strip_rows;
      memcpy(copy, (const uint8_t *)pixels + first * row, count * row);
      is_good = TIFFWriteEncodedStrip(file, strip, copy, (tmsize_t)(count * row)) == (tmsize_t)(count * row);
    }
    free(copy);
  } else {
    TIFFSetField(file, TIFFTAG_TILELENGTH, tile);
    TIFFSetField(file, TIFFTAG_TILEWIDTH, tile);
    size_t tile_row = pixel * tile;
    uint8_t *copy = malloc(tile_row * tile);
    if (copy == NULL) return 0;
    for (uint32_t r = 0; is_good && r < rows; r += tile) {
      for (uint32_t c = 0; is_good && c < columns; c += tile) {
        memset(copy, 0, tile_row * tile);
        size_t width = columns - c < tile ? columns - c : tile;
        for (uint32_t line = 0; line < tile && r + line < rows; line++)
          memcpy(copy + line * tile_row, (const uint8_t *)pixels + (r + line) * row + c * pixel, width * pixel);
        is_good = TIFFWriteEncodedTile(file, TIFFComputeTile(file, c, r, 0, 0), copy, (tmsize_t)(tile_row * tile)) >= 0;
      }
    }
    free(copy);
  }
  return is_good && TIFFWriteDirectory(file) == 1;
}
