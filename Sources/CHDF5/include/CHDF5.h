#pragma once
#include <hdf5/serial/hdf5.h>
#include <stddef.h>

// HDF5 names its native types and some of its constants through macros that call a function; Swift cannot import those.
#define OPERANDO_HDF5_ID(NAME) static inline hid_t operando_##NAME(void) { return NAME; }
OPERANDO_HDF5_ID(H5T_NATIVE_FLOAT)
OPERANDO_HDF5_ID(H5T_NATIVE_DOUBLE)
OPERANDO_HDF5_ID(H5T_NATIVE_INT8)
OPERANDO_HDF5_ID(H5T_NATIVE_UINT8)
OPERANDO_HDF5_ID(H5T_NATIVE_INT16)
OPERANDO_HDF5_ID(H5T_NATIVE_UINT16)
OPERANDO_HDF5_ID(H5T_NATIVE_INT32)
OPERANDO_HDF5_ID(H5T_NATIVE_UINT32)
OPERANDO_HDF5_ID(H5T_NATIVE_INT64)
OPERANDO_HDF5_ID(H5T_NATIVE_UINT64)
OPERANDO_HDF5_ID(H5T_C_S1)
OPERANDO_HDF5_ID(H5T_IEEE_F32LE)
OPERANDO_HDF5_ID(H5T_IEEE_F32BE)
OPERANDO_HDF5_ID(H5T_IEEE_F64LE)
OPERANDO_HDF5_ID(H5T_IEEE_F64BE)
OPERANDO_HDF5_ID(H5P_FILE_CREATE)
OPERANDO_HDF5_ID(H5P_FILE_ACCESS)
OPERANDO_HDF5_ID(H5P_GROUP_CREATE)
OPERANDO_HDF5_ID(H5P_DATASET_CREATE)
OPERANDO_HDF5_ID(H5P_LINK_CREATE)
OPERANDO_HDF5_ID(H5P_ATTRIBUTE_CREATE)
#undef OPERANDO_HDF5_ID

static inline unsigned operando_H5F_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
static inline unsigned operando_H5F_ACC_TRUNC(void) { return H5F_ACC_TRUNC; }
static inline unsigned operando_H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS(void) { return H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS; }
static inline size_t operando_H5T_VARIABLE(void) { return H5T_VARIABLE; }

// Stops HDF5 from printing errors; the setting belongs to the calling thread.
void operando_hdf5_silence(void);

// Writes the descriptions on the calling thread's error stack, innermost first and joined by "; ", into a buffer that
// is always terminated, and clears the stack.
void operando_hdf5_take_message(char *buffer, size_t size);

// What became of reading a file in a child process.
enum operando_hdf5_probe_result {
  OPERANDO_HDF5_PROBE_DONE = 0,
  OPERANDO_HDF5_PROBE_CRASHED = 1,
  OPERANDO_HDF5_PROBE_TIMED_OUT = 2,
  OPERANDO_HDF5_PROBE_UNAVAILABLE = 3,
  OPERANDO_HDF5_PROBE_STARVED = 4,
  OPERANDO_HDF5_PROBE_LEFT_OPEN = 5,
};

// Opens a file, or the image of one when `image` is not NULL, in a child process and reads everything in it; `size` is
// that of the file or the image and bounds the memory. Of datasets that take more than `largest` bytes in the file only
// the description and the index of the chunks are read. A damaged file can crash libhdf5; here it takes the child down
// and nothing else. Other threads must not be inside HDF5.
int operando_hdf5_probe(const char *path, const void *image, size_t size, size_t largest, unsigned cpu_seconds);

// A file that is made in memory; its bytes are there once the file has been closed.
struct operando_hdf5_image {
  void *bytes;
};

// Makes a file that is created with `access` stay in memory and be handed to `image` when it is closed. `image` must
// outlive the file and the property list.
herr_t operando_hdf5_keep_image(hid_t access, struct operando_hdf5_image *image);

// The length of the file in bytes; 0 when there is no complete file of superblock version 3.
size_t operando_hdf5_image_size(const struct operando_hdf5_image *image);

void operando_hdf5_free_image(struct operando_hdf5_image *image);
