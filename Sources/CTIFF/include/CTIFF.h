#pragma once
#include <stddef.h>
#include <stdint.h>

// libtiff's accessors are variadic and its error handlers take a va_list, neither of which Swift imports.

typedef struct operando_tiff operando_tiff;

// What the tags of one page say; a tag that is absent has its default.
typedef struct {
  uint64_t offset;  // of the directory in the file
  uint32_t rows, columns;
  uint16_t bits, samples, format, compression, photometric, orientation;
  uint32_t kind;  // NewSubfileType
  int is_tiled;
  uint32_t piece_rows, piece_columns;  // extent of a strip or tile
  uint64_t stored;                     // bytes of all strips or tiles
  uint64_t farthest;                   // end of the last of them in the file
  uint64_t pieces;                     // strips or tiles
} operando_tiff_page;

// Opens a file by its descriptor, or bytes in memory when `descriptor` is negative; both must outlive the result and
// neither is changed. NULL and a message on failure.
operando_tiff *operando_tiff_open(int descriptor, const void *bytes, uint64_t size, char *message, size_t message_size);
void operando_tiff_close(operando_tiff *tiff);

// The last error of this file; never printed.
const char *operando_tiff_message(const operando_tiff *tiff);

// Describes the current page.
void operando_tiff_describe(operando_tiff *tiff, operando_tiff_page *page);
// The text of a tag of the current page, valid until another page is current; NULL when absent.
const char *operando_tiff_text(operando_tiff *tiff, uint32_t tag);
// Goes to the next page: 1, or 0 when there is none or it is damaged; then the message tells which.
int operando_tiff_next(operando_tiff *tiff);
// Goes to the page of a directory.
int operando_tiff_select(operando_tiff *tiff, uint64_t offset);
// Decodes all strips or tiles of the current page into rows without gaps; 1 on success. `size` is
// rows * columns * bits / 8.
int operando_tiff_read(operando_tiff *tiff, const operando_tiff_page *page, void *out, size_t size);

// Writes one page after another.
operando_tiff *operando_tiff_create(const char *path, int is_big, char *message, size_t message_size);
// Pixels a centimetre along columns (rows of pixels) and along rows, for the page that is written next.
void operando_tiff_resolution(operando_tiff *tiff, double vertical, double horizontal);
// `format` is 1 for unsigned, 2 for signed, 3 for floating point; `compression` 1 for none, 8 for deflate, 5 for LZW,
// 32773 for PackBits; `predictor` 1, 2 or 3; `tile` 0 for strips, otherwise the length of a tile's side, a multiple of 16.
int operando_tiff_write(
    operando_tiff *tiff, const void *pixels, uint32_t rows, uint32_t columns, uint16_t bits, uint16_t format,
    uint16_t compression, uint16_t predictor, uint32_t tile, const char *description);
