#ifndef OPERANDO_KERNELS_H
#define OPERANDO_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "IntegrationKernels.h"

// Kernels that measurably need C: each is compiled for several instruction sets and picked when the program starts.

#if defined(__has_feature)
#define OPERANDO_HAS_FEATURE(feature) __has_feature(feature)
#else
#define OPERANDO_HAS_FEATURE(feature) 0
#endif

#if defined(__x86_64__) && defined(__linux__) && !OPERANDO_HAS_FEATURE(thread_sanitizer)
#define OPERANDO_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define OPERANDO_CLONES
#endif

#include "Bitshuffle.h"
#include "FourierKernels.h"
#include "KikuchiProjection.h"
#include "PtychographyKernels.h"
#include "RadonKernels.h"
#include "SquareRoots.h"
#include "TomographyGridding.h"
#include "TomographyKernels.h"

#endif
