#define _GNU_SOURCE
#include "CGmsh.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// What is used of Gmsh; the last argument of each is where an error is flagged.
typedef struct {
  void (*initialize)(int, char **, int, int *);
  // Since Gmsh 4.9 there is one argument more: whether to run at once.
  void (*initialize_or_run)(int, char **, int, int, int *);
  void (*finalize)(int *);
  void (*open)(const char *, int *);
  void (*write)(const char *, int *);
  void (*generate)(int, int *);
  void (*set_number)(const char *, double, int *);
  void (*get_string)(const char *, char **, int *);
  void (*last_error)(char **, int *);
  void (*release)(void *);
} gmsh_functions;

static void tell(char *message, size_t size, const char *text) { snprintf(message, size, "%s", text); }

static void *open_library(const char *library, char *message, size_t size) {
  void *handle = NULL;
  if (library != NULL) {
    handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) tell(message, size, dlerror());
    return handle;
  }
  handle = dlopen("libgmsh.so", RTLD_NOW | RTLD_LOCAL);
  // Without the development package there is the library's versioned name alone.
  for (int minor = 30; handle == NULL && minor >= 8; minor--) {
    char name[32];
    snprintf(name, sizeof name, "libgmsh.so.4.%d", minor);
    handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  }
  if (handle == NULL) tell(message, size, "libgmsh.so is not installed");
  return handle;
}

static int find_functions(void *handle, gmsh_functions *gmsh, char *message, size_t size) {
  void *initialize = dlsym(handle, "gmshInitialize");
  struct {
    const char *name;
    void *place;
  } wanted[] = {
      {"gmshFinalize", &gmsh->finalize},       {"gmshOpen", &gmsh->open},
      {"gmshWrite", &gmsh->write},             {"gmshModelMeshGenerate", &gmsh->generate},
      {"gmshOptionSetNumber", &gmsh->set_number}, {"gmshOptionGetString", &gmsh->get_string},
      {"gmshLoggerGetLastError", &gmsh->last_error}, {"gmshFree", &gmsh->release},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    void *symbol = dlsym(handle, wanted[i].name);
    if (symbol == NULL || initialize == NULL) {
      snprintf(message, size, "the library has no %s", initialize == NULL ? "gmshInitialize" : wanted[i].name);
      return 0;
    }
    memcpy(wanted[i].place, &symbol, sizeof symbol);
  }
  // This function and the argument came with the same version.
  int has_run = dlsym(handle, "gmshModelSetTag") != NULL;
  gmsh->initialize = NULL;
  gmsh->initialize_or_run = NULL;
  memcpy(has_run ? (void *)&gmsh->initialize_or_run : (void *)&gmsh->initialize, &initialize, sizeof initialize);
  return 1;
}

// The library stays open: it has destructors that do not expect to be unloaded.
static int start(const char *library, gmsh_functions *gmsh, char *message, size_t size) {
  void *handle = open_library(library, message, size);
  if (handle == NULL || !find_functions(handle, gmsh, message, size)) return 0;
  char name[] = "operando";
  char *arguments[] = {name, NULL};
  int error = 0;
  // No configuration files of the user: the same input gives the same mesh.
  if (gmsh->initialize_or_run != NULL)
    gmsh->initialize_or_run(1, arguments, 0, 0, &error);
  else
    gmsh->initialize(1, arguments, 0, &error);
  if (error != 0) {
    tell(message, size, "Gmsh does not start");
    return 0;
  }
  gmsh->set_number("General.Terminal", 0, &error);
  gmsh->set_number("General.NumThreads", 1, &error);
  return 1;
}

int operando_gmsh_open(
    const char *library, char *version, size_t version_size, char *message, size_t message_size) {
  gmsh_functions gmsh;
  if (!start(library, &gmsh, message, message_size)) return 0;
  int error = 0;
  char *text = NULL;
  gmsh.get_string("General.Version", &text, &error);
  if (error == 0 && text != NULL) tell(version, version_size, text);
  if (text != NULL) gmsh.release(text);
  int ignored = 0;
  gmsh.finalize(&ignored);
  if (error != 0) tell(message, message_size, "Gmsh does not tell its version");
  return error == 0;
}

int operando_gmsh_mesh(
    const char *library, const char *script, int dimension, const char *output, char *message, size_t message_size) {
  gmsh_functions gmsh;
  if (!start(library, &gmsh, message, message_size)) return 0;
  int error = 0;
  gmsh.open(script, &error);
  if (error == 0) gmsh.generate(dimension, &error);
  if (error == 0) gmsh.write(output, &error);
  if (error != 0) {
    char *text = NULL;
    int ignored = 0;
    gmsh.last_error(&text, &ignored);
    tell(message, message_size, text != NULL && text[0] != '\0' ? text : "Gmsh failed without a message");
    if (text != NULL) gmsh.release(text);
  }
  int ignored = 0;
  gmsh.finalize(&ignored);
  return error == 0;
}
