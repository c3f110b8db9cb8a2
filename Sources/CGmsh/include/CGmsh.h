#pragma once
#include <stddef.h>

// Gmsh's C library, opened at run time: the program runs without it, and is not linked with it. Gmsh catches its own
// exceptions behind these functions and keeps one global state, so that callers take turns.

// Opens the library at a path, or by its usual names when `library` is NULL, and tells its version. 1 on success, otherwise
// 0 and a message.
int operando_gmsh_open(
    const char *library, char *version, size_t version_size, char *message, size_t message_size);

// Runs a script, meshes up to a dimension and writes the mesh as the script's options say. 1 on success, otherwise 0 and
// a message.
int operando_gmsh_mesh(
    const char *library, const char *script, int dimension, const char *output, char *message, size_t message_size);
