// The Radon transform of 32 patterns at once: their pixels and bins are interleaved, so that one vector holds the same
// place of all of them.
//
// A bin is (theta, rho), theta slowest; an array of bins has 32 values, the lanes, for each of `thetas * rhos` bins.
// Theta covers half a turn: the row after the last is the first one with rho reversed.

#define OPERANDO_RADON_LANES 32

// Takes `count` pixels of a pattern, those named by `places`, into a lane: less their mean, in steps of a 36th of their
// standard deviation, limited to 127 steps. Returns 0, the lane emptied, where there is no finite mean or no spread.
int operando_radon_load(const float *pattern, const uint32_t *places, size_t count, size_t lane, int8_t *pixels);

// Sums over the pixels of each bin. `starts` has `bins + 1` places in `list`, which names pixels. No bin may have more
// than 258 pixels: their sums fit into 16 bits.
void operando_radon_sums(const int8_t *pixels, const uint32_t *starts, const uint16_t *list, size_t bins, int16_t *sums);

// Means over the pixels: sums smoothed along rho with `2 * half + 1` taps, times `factor` of the bin.
void operando_radon_means(
    const int16_t *sums, const float *factor, const float *taps, int half, int thetas, int rhos, float *means);

// Convolves with `2 * half + 1` taps along theta, wrapped, then along rho with each of `count` filters of `2 * halves[i]
// + 1` taps, which follow each other in `filters`, times `factor` of the bin.
//
// Only bins of rho from `first` up to `end` get responses; nothing is beyond the ends. `responses` has `bins` bins for
// each filter, `squares` gets the sums of their squares, 32 for each filter. `row` has room for `rhos` bins.
void operando_radon_responses(
    const float *means, const float *factor, const float *taps, int half, const float *filters, const int32_t *halves,
    size_t count, int thetas, int rhos, int first, int end, float *row, float *responses, double *squares);

// Bins of rho from `first` up to `end` that exceed `threshold` of their lane and their eight neighbours, in ascending
// order. `found` has `capacity`
// places for each lane, `counts` one for each.
void operando_radon_maxima(
    const float *bins, const float *threshold, int thetas, int rhos, int first, int end, size_t capacity,
    uint32_t *found, uint32_t *counts);

// What speaks for each of `count` orientations, the one that takes the detector's frame of a pair of bands to the
// crystal's frame of a pair of planes (three unit vectors each): the sum over the bands of `weight` times
// 1 - (1 - c) * steepness, or of nothing where that is negative, c being the cosine of the angle between the normal of
// the band and the nearest one of the planes. `poles` has `padded` values for each of x, y and z, a multiple of 16.
// An orientation that cannot reach `threshold` any more gets a score below it.
void operando_band_votes(
    const float *poles, size_t padded, const float *frames, size_t count, const float *detector, const float *bands,
    const float *weights, size_t n, float steepness, float threshold, float *scores);
