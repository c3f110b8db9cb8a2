#define _GNU_SOURCE
#include "CHDF5.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The same limits as in the Swift reader: what it would refuse is not read here either.
enum { LARGEST_DEPTH = 64, LARGEST_NODE_COUNT = 200000, LARGEST_ATTRIBUTE = 1 << 26 };
static const hsize_t LARGEST_READ = (hsize_t)1 << 34;

static long node_count;
// Whether there was a virtual dataset: the library cannot close a file with one while its sources are open.
static int has_virtual;
// Datasets that take more bytes in the file are looked at, not read.
static hsize_t largest_dataset;

// Pairs of floating-point numbers, which the Swift reader takes for complex ones where their names say so.
static hid_t pair_type(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return -1;
  hid_t pair = H5Tcreate(H5T_COMPOUND, 2 * sizeof(double));
  for (unsigned index = 0; index < 2 && pair >= 0; index++) {
    char *name = H5Tget_member_class(type, index) == H5T_FLOAT ? H5Tget_member_name(type, index) : NULL;
    if (name == NULL || H5Tinsert(pair, name, index * sizeof(double), H5T_NATIVE_DOUBLE) < 0) {
      H5Tclose(pair);
      pair = -1;
    }
    H5free_memory(name);
  }
  return pair;
}

// The type in memory that the Swift reader would ask for; negative for one that it does not read.
static hid_t memory_type(hid_t type) {
  size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT: return H5Tcopy(size <= 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE);
    case H5T_INTEGER:
      return H5Tcopy(size == 1 ? H5T_NATIVE_INT8 : size == 2 ? H5T_NATIVE_INT16 : size <= 4 ? H5T_NATIVE_INT32 : H5T_NATIVE_INT64);
    case H5T_ENUM: return H5Tget_native_type(type, H5T_DIR_DEFAULT);
    case H5T_COMPOUND: return pair_type(type);
    case H5T_STRING: {
      if (H5Tis_variable_str(type) <= 0) return H5Tcopy(type);
      hid_t text = H5Tcopy(H5T_C_S1);
      H5Tset_size(text, H5T_VARIABLE);
      H5Tset_cset(text, H5Tget_cset(type));
      return text;
    }
    default: return -1;
  }
}

static void read_values(hid_t object, int is_dataset) {
  hid_t type = is_dataset ? H5Dget_type(object) : H5Aget_type(object);
  hid_t space = is_dataset ? H5Dget_space(object) : H5Aget_space(object);
  if (type < 0 || space < 0) return;
  hssize_t count = H5Sget_simple_extent_npoints(space);
  hsize_t size = H5Tget_size(type);
  hid_t memory = memory_type(type);
  if (size == 0) size = 1;
  hsize_t memory_size = memory < 0 ? 0 : H5Tget_size(memory);
  hsize_t wide = size > memory_size ? size : memory_size;
  int is_small = count > 0 && (hsize_t)count <= LARGEST_READ / wide;
  if (is_dataset && count > 0) {
    hsize_t claim = (hsize_t)count * size;
    is_small = is_small && (claim <= LARGEST_ATTRIBUTE || claim / 1100 <= H5Dget_storage_size(object));
    hid_t creation = H5Dget_create_plist(object);
    H5D_layout_t layout = H5Pget_layout(creation);
    int is_chunked = layout == H5D_CHUNKED;
    if (layout == H5D_VIRTUAL) has_virtual = 1;
    int filters = H5Pget_nfilters(creation);
    for (int index = 0; index < filters; index++) {
      unsigned flags = 0, configuration = 0;
      size_t parameters = 0;
      char name[64] = {0};
      H5Z_filter_t filter =
          H5Pget_filter2(creation, (unsigned)index, &flags, &parameters, NULL, sizeof name - 1, name, &configuration);
      if (filter < 0 || H5Zfilter_avail(filter) <= 0) is_small = 0;
    }
    H5Pclose(creation);
    if (H5Dget_storage_size(object) > largest_dataset) {
      is_small = 0;
      hsize_t chunks = 0;
      // Walks the index of the chunks from end to end, which is where a damaged one hurts.
      if (is_chunked) H5Dget_num_chunks(object, H5S_ALL, &chunks);
    }
  } else if (is_small) {
    is_small = (hsize_t)count * size <= LARGEST_ATTRIBUTE;
  }
  if (is_small && memory >= 0) {
    void *values = calloc((size_t)count, memory_size);
    if (values != NULL) {
      herr_t status = is_dataset ? H5Dread(object, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values)
                                 : H5Aread(object, memory, values);
      if (H5Tis_variable_str(memory) > 0) {
        // Every text is looked at from end to end, as the reader does.
        char **texts = values;
        for (hssize_t index = 0; status >= 0 && index < count; index++) {
          volatile size_t length = 0;
          for (const char *text = texts[index]; text != NULL && *text != '\0'; text++) length++;
        }
        hsize_t points = (hsize_t)count;
        hid_t line = H5Screate_simple(1, &points, NULL);
        H5Dvlen_reclaim(memory, line, H5P_DEFAULT, values);
        H5Sclose(line);
      }
      free(values);
    }
  }
  if (memory >= 0) H5Tclose(memory);
  H5Sclose(space);
  H5Tclose(type);
}

static void read_attributes(hid_t object) {
  H5O_info_t info;
  if (H5Oget_info1(object, &info) < 0) return;
  for (hsize_t index = 0; index < info.num_attrs && index < 100000; index++) {
    char name[4096];
    H5Aget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, sizeof name, H5P_DEFAULT);
    hid_t attribute = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, index, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0) return;
    read_values(attribute, 0);
    H5Aclose(attribute);
  }
}

static void read_group(hid_t group, int depth) {
  read_attributes(group);
  H5G_info_t info;
  if (depth > LARGEST_DEPTH || H5Gget_info(group, &info) < 0 || info.nlinks > 1000000) return;
  for (hsize_t index = 0; index < info.nlinks; index++) {
    if (++node_count > LARGEST_NODE_COUNT) return;
    char name[1 << 16];
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, sizeof name, H5P_DEFAULT) < 0) return;
    H5L_info_t link;
    if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0) continue;
    if (link.type != H5L_TYPE_HARD) {
      char *value = link.u.val_size > 0 && link.u.val_size <= 1 << 16 ? calloc(link.u.val_size + 1, 1) : NULL;
      if (value != NULL && H5Lget_val(group, name, value, link.u.val_size, H5P_DEFAULT) >= 0 &&
          link.type == H5L_TYPE_EXTERNAL) {
        unsigned flags;
        const char *file, *path;
        H5Lunpack_elink_val(value, link.u.val_size, &flags, &file, &path);
      }
      free(value);
      continue;
    }
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0) continue;
    H5I_type_t kind = H5Iget_type(object);
    if (kind == H5I_GROUP) {
      read_group(object, depth + 1);
    } else if (kind == H5I_DATASET) {
      read_values(object, 1);
      read_attributes(object);
    }
    H5Oclose(object);
  }
}

// Whether the library can close the file again: one that it cannot close stays open as long as the process lives, and is
// handed out in place of the next file of that name.
static int read_file(const char *path, const void *image, size_t size) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_file_locking(access, 0, 1);
  if (image != NULL) {
    H5Pset_fapl_core(access, 1 << 16, 0);
    H5Pset_file_image(access, (void *)image, size);
  }
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
  if (file >= 0) {
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (root >= 0) {
      read_group(root, 0);
      H5Gclose(root);
    }
    if (H5Fclose(file) < 0 && !has_virtual) return 0;
  }
  H5Pclose(access);
  return 1;
}

// What was written beyond the end of a block shows when the allocator next looks at the blocks beside it: it ends the
// process, here rather than at some later time in the parent, where the same reading does the same damage.
static void exercise_heap(void) {
  enum { BLOCKS = 512 };
  static void *blocks[BLOCKS];
  for (int round = 0; round < 2; round++) {
    for (int index = 0; index < BLOCKS; index++) blocks[index] = malloc(16u * (1u + (unsigned)(index * 7 + round) % 256u));
    for (int index = 0; index < BLOCKS; index++) free(blocks[index]);
    malloc_trim(0);
  }
}

// Whether HDF5 asked for more memory than it was allowed.
static int is_starved;

static herr_t look_for_starvation(unsigned n, const H5E_error2_t *error, void *context) {
  (void)n;
  (void)context;
  if (error->min_num == H5E_NOSPACE) is_starved = 1;
  return 0;
}

static herr_t note_error(hid_t stack, void *context) { return H5Ewalk2(stack, H5E_WALK_UPWARD, look_for_starvation, context); }

// Allows so many bytes beyond what the process has now.
static void limit_memory(rlim_t allowance) {
  char text[8192];
  int file = open("/proc/self/status", O_RDONLY);
  if (file < 0) return;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return;
  text[length] = '\0';
  const char *line = strstr(text, "VmData:");
  unsigned long kilobytes = 0;
  if (line == NULL || sscanf(line, "VmData: %lu", &kilobytes) != 1) return;
  struct rlimit limit = {(rlim_t)kilobytes * 1024 + allowance, RLIM_INFINITY};
  struct rlimit present;
  if (getrlimit(RLIMIT_DATA, &present) != 0) return;
  if (limit.rlim_cur > present.rlim_max) return;
  limit.rlim_max = present.rlim_max;
  setrlimit(RLIMIT_DATA, &limit);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int operando_hdf5_probe(const char *path, const void *image, size_t size, size_t largest, unsigned cpu_seconds) {
  pid_t child = fork();
  if (child < 0) return OPERANDO_HDF5_PROBE_UNAVAILABLE;
  if (child == 0) {
    // Nobody's handlers run, nothing is printed, no core is written, and the child does not outlive its parent.
    const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGXCPU, SIGTERM, SIGINT};
    for (size_t index = 0; index < sizeof signals / sizeof signals[0]; index++) signal(signals[index], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    struct rlimit time = {cpu_seconds, cpu_seconds};
    setrlimit(RLIMIT_CPU, &time);
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere >= 0) {
      dup2(nowhere, STDOUT_FILENO);
      dup2(nowhere, STDERR_FILENO);
    }
    // Deflate gains at most a factor of 1032, so an honest file needs no more than this.
    limit_memory(((rlim_t)256 << 20) + 1200 * (rlim_t)size);
    H5Eset_auto2(H5E_DEFAULT, note_error, NULL);
    largest_dataset = largest;
    // What is read before it was written, or after it was freed, is nonsense here even where it would happen to hold.
    mallopt(M_PERTURB, 0xA5);
    int is_closed = read_file(path, image, size);
    exercise_heap();
    if (!is_closed && !is_starved) _exit(OPERANDO_HDF5_PROBE_LEFT_OPEN);
    _exit(is_starved ? OPERANDO_HDF5_PROBE_STARVED : OPERANDO_HDF5_PROBE_DONE);
  }
  // A child that waits instead of working says nothing about the file: a lock that another thread held, a slow disk.
  double deadline = seconds() + 30 + 10 * (double)cpu_seconds;
  struct timespec pause = {0, 100000};
  for (;;) {
    int status = 0;
    pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) {
      if (WIFEXITED(status)) return WEXITSTATUS(status);
      // The kernel ends a process at its hard limit of CPU time by SIGKILL.
      int signal = WTERMSIG(status);
      return signal == SIGXCPU || signal == SIGKILL ? OPERANDO_HDF5_PROBE_TIMED_OUT : OPERANDO_HDF5_PROBE_CRASHED;
    }
    if (ended < 0) return OPERANDO_HDF5_PROBE_UNAVAILABLE;
    if (seconds() > deadline) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return OPERANDO_HDF5_PROBE_UNAVAILABLE;
    }
    nanosleep(&pause, NULL);
    if (pause.tv_nsec < 10000000) pause.tv_nsec *= 2;
  }
}
