#include "CHDF5.h"

#include <stdlib.h>
#include <string.h>

// H5Fget_file_image changes the superblock without its checksum, so the image is taken when the file is closed, when
// HDF5 would free it.

static void *image_malloc(size_t size, H5FD_file_image_op_t op, void *context) {
  (void)op;
  (void)context;
  return malloc(size);
}

static void *image_memcpy(void *to, const void *from, size_t size, H5FD_file_image_op_t op, void *context) {
  (void)op;
  (void)context;
  return memcpy(to, from, size);
}

static void *image_realloc(void *memory, size_t size, H5FD_file_image_op_t op, void *context) {
  (void)op;
  (void)context;
  return realloc(memory, size);
}

static herr_t image_free(void *memory, H5FD_file_image_op_t op, void *context) {
  struct operando_hdf5_image *image = context;
  if (op == H5FD_FILE_IMAGE_OP_FILE_CLOSE) {
    // The last one counts: creating over a file of that name, HDF5 first opens and closes the one that is there.
    free(image->bytes);
    image->bytes = memory;
  } else {
    free(memory);
  }
  return 0;
}

static void *context_copy(void *context) { return context; }

static herr_t context_free(void *context) {
  (void)context;
  return 0;
}

herr_t operando_hdf5_keep_image(hid_t access, struct operando_hdf5_image *image) {
  H5FD_file_image_callbacks_t callbacks = {image_malloc, image_memcpy, image_realloc, image_free,
                                           context_copy, context_free, image};
  if (H5Pset_fapl_core(access, (size_t)1 << 20, 0) < 0) return -1;
  return H5Pset_file_image_callbacks(access, &callbacks);
}

size_t operando_hdf5_image_size(const struct operando_hdf5_image *image) {
  // Superblock version 3: signature, versions and flags (12 bytes), base address, extension address, end of file.
  const unsigned char *bytes = image->bytes;
  if (bytes == NULL || memcmp(bytes, "\211HDF\r\n\032\n\003\010\010", 11) != 0) return 0;
  size_t size = 0;
  for (int index = 7; index >= 0; index--) size = size << 8 | bytes[28 + index];
  return size;
}

void operando_hdf5_free_image(struct operando_hdf5_image *image) {
  free(image->bytes);
  image->bytes = NULL;
}
